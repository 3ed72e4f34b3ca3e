import pytest

from envdoctor.bench.gather import compare
from envdoctor.bench.result import Window


def windows(ratios: list[float]) -> list[Window]:
    return [
        Window(
            side=side, round=number, steps=10, images=100, seconds=seconds, cpu_seconds=seconds, step=(seconds / 10,)
        )
        for number, ratio in enumerate(ratios)
        for side, seconds in (("reference", 1.0), ("this", 1.0 / ratio))
    ]


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        pytest.param([1.2, 1.3, 1.25], "gain", id="faster in every round"),
        pytest.param([0.5, 0.6, 0.4], "loss", id="slower in every round"),
        pytest.param([1.01, 0.99, 1.0], "noise", id="the same"),
        pytest.param([1.02, 1.01, 1.02], "noise", id="always faster, but by less than can be told"),
        pytest.param([0.7, 1.4, 1.1], "unstable", id="the rounds disagree"),
        pytest.param([2.0, 2.0], "unstable", id="too few rounds"),
        pytest.param([0.9, 3.0, 3.0], "unstable", id="one round of three against it"),
    ],
)
def test_verdict(ratios: list[float], verdict: str) -> None:
    found = compare(windows(ratios))

    assert found is not None
    assert found.verdict == verdict
    assert found.low == pytest.approx(min(ratios))
    assert found.high == pytest.approx(max(ratios))


def test_one_side_alone_is_not_compared() -> None:
    assert compare(windows([1.0])[:1]) is None
    assert compare([]) is None


def test_a_round_that_lacks_a_side_is_left_out() -> None:
    found = compare(windows([1.5, 1.5, 1.5, 9.0])[:-1])

    assert found is not None
    assert len(found.ratios) == 3
