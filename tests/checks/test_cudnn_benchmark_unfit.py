import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import GPU, MEASURED, ON_GPU, compared, events, put, series

LOUD = MEASURED["BEN021"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN021", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "a step takes 1.5 ms instead of 2 ms" in what


def tried(median: float, before: float, after: float) -> Snapshot:
    return series(put(ON_GPU, compared("ladder.cudnn_benchmark", median, GPU, sides=events(before, after))))


def test_it_may_harm() -> None:
    [found] = findings("BEN021", measurements=tried(0.7, 0.002, 0.003).measurements)

    assert found.why == "Trying costs more than it finds."


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU), id="no difference"),
        pytest.param(tried(1.3, 0.0015, 0.002), id="the events say the opposite"),
        pytest.param(tried(1.04, 0.002, 0.0015), id="too little to speak of"),
        pytest.param(series(put(ON_GPU, compared("ladder.cudnn_benchmark", 1.3, GPU))), id="no events"),
        pytest.param(
            series(put(MADE, compared("ladder.cudnn_benchmark", 1.3, GPU, spread=0.5))), id="the rounds disagree"
        ),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
