import pytest

from envdoctor.bench.gather import compare
from envdoctor.bench.repeat import repeated, told
from envdoctor.bench.result import Result, Window


def result(ratios: list[float], *, name: str = "ladder.x", speed: float = 1000.0, alone: bool = False) -> Result:
    windows = tuple(
        Window(side=side, round=n, steps=10, images=100, seconds=100 / rate, cpu_seconds=0.1, step=(0.01,))
        for n, ratio in enumerate(ratios)
        for side, rate in (("reference", speed), ("this", speed * ratio))
        if not alone or side == "this"
    )
    return Result(
        name=name, group="ladder", device="cpu", verdict="DONE", windows=windows, comparison=compare(windows),
        images_per_second=speed * sorted(ratios)[len(ratios) // 2],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        pytest.param([2.0, 2.1, 2.2], [2.15, 2.3, 2.4], "agree", id="the rounds overlap"),
        pytest.param([2.0, 2.01, 2.02], [2.04, 2.05, 2.06], "agree", id="apart, by less than what is called noise"),
        pytest.param([2.0, 2.1, 2.2], [2.5, 2.6, 2.7], "differ", id="apart"),
        pytest.param([1.2, 1.3, 1.4], [0.7, 0.8, 0.9], "differ", id="gain and loss"),
        pytest.param([2.0, 2.1, 2.2], [0.6, 1.0, 3.0], "unsure", id="one says that it is unstable"),
    ],
)
def test_two_runs(first: list[float], second: list[float], answer: str) -> None:
    [row] = repeated([result(first)], [result(second)])

    assert row.answer == answer
    assert row.ratio is not None
    assert row.ratio[0].low == pytest.approx(min(first))


def test_ratios_agree_where_the_whole_machine_was_slower() -> None:
    [row] = repeated([result([2.0, 2.1, 2.2])], [result([2.0, 2.1, 2.2], speed=300.0)])

    assert row.answer == "agree"


@pytest.mark.parametrize(
    ("speed", "answer"), [pytest.param(1020.0, "agree", id="near"), pytest.param(2000.0, "differ", id="twice")]
)
def test_without_a_reference_speeds_are_compared(speed: float, answer: str) -> None:
    [row] = repeated([result([1.0, 1.01, 1.02], alone=True)], [result([1.0, 1.01, 1.02], speed=speed, alone=True)])

    assert row.answer == answer
    assert row.ratio is None


def test_what_only_one_run_has_is_unsure_and_what_none_measured_is_left_out() -> None:
    empty = Result(name="machine.x", group="machine", device="cpu", verdict="DONE")
    rows = repeated([result([1.0], name="a"), empty], [result([1.0], name="b"), empty])

    assert [(row.name, row.answer) for row in rows] == [("a", "unsure"), ("b", "unsure")]


def test_it_is_told_in_lines() -> None:
    lines = list(told(repeated([result([2.0, 2.1, 2.2])], [result([2.5, 2.6, 2.7])])))

    assert lines[0].startswith("differ  ladder.x on cpu: the ratios' rounds lie apart; x 2.1 (2-2.2) and 2.6 (2.5-2.7)")
    assert lines[-1] == "0 agree, 1 differ, 0 unsure"
