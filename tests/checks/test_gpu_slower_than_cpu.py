import pytest

from envdoctor.facts import Snapshot
from envdoctor.measurements import Explanation
from envdoctor.testing import findings
from tests.machines_measured import EXPLAINED, MEASURED, ON_GPU, SLOW_GPU, SOUND, STEPS, crossed, series

LOUD = MEASURED["BEN016"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements, "explanation": machine.explanation}
    return [found.what for found in findings("BEN016", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "The GPU wins: textbook from batch 64, wide from batch 256" in what


def mapped(gpu: dict[tuple[str, int], float]) -> Explanation:
    return Explanation(crossover=crossed(**STEPS, gpu=gpu))


def test_a_gpu_that_wins_nowhere_is_said_to() -> None:
    [what] = told(series(MADE, mapped(dict.fromkeys(SLOW_GPU, 1.0))))

    assert "The GPU wins: nowhere on the map." in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU, EXPLAINED), id="no map"),
        pytest.param(series(ON_GPU, mapped(SLOW_GPU)), id="with its loader it is faster"),
        pytest.param(series(MADE, mapped({("textbook", 4): 1e-4})), id="the bare step is faster"),
        pytest.param(series(MADE, mapped({("textbook", 4): 2.02e-4})), id="the rounds of the map overlap"),
        pytest.param(series(MADE, mapped({("wide", 256): 1e-3})), id="the textbook is not on the map"),
        pytest.param(series(SOUND, mapped(SLOW_GPU)), id="the recipe was not timed on the GPU"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
