import pytest
from msgspec.structs import replace

from envdoctor.facts import Snapshot
from envdoctor.measurements import Explanation
from envdoctor.testing import findings
from tests.machines_measured import MEASURED, QUIET, SOUND, STEPS, compared, crossed, put, series

LOUD = MEASURED["BEN027"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements, "explanation": machine.explanation}
    return [found.what for found in findings("BEN027", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "training is 0.20 times (0.19 to 0.21) as fast as with 1: a step takes 10 ms in the mean" in what


def default(median: float, threads: int = 4, two: float | None = None, cpus: int = 4) -> Snapshot:
    beside = replace(QUIET, cpus=cpus)
    made = put(SOUND, compared("ladder.threads_default", median, threads=threads, before=beside))
    if two is None:
        return series(made)
    places = {place: seconds * two / 2e-4 for place, seconds in STEPS["one"].items()}
    return series(made, Explanation(crossover=crossed(**STEPS, two=places)))


def test_the_map_agrees_as_well() -> None:
    assert told(default(0.2, two=1e-3))


def test_one_thread_may_be_an_accident() -> None:
    [what] = told(default(1.0, threads=1, two=1e-4))

    assert "torch takes 1 thread by itself where 4 CPUs may be used" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(default(1.6), id="threads pay"),
        pytest.param(default(0.2), id="slower in turns, and nothing else shows it"),
        pytest.param(default(0.2, two=1.5e-4), id="the map shows the opposite"),
        pytest.param(default(0.95, two=1e-3), id="hardly slower"),
        pytest.param(default(1.0, threads=1), id="one thread, and no map"),
        pytest.param(default(1.0, threads=1, two=2e-4), id="one thread is enough"),
        pytest.param(default(1.0, threads=1, two=2e-5, cpus=1), id="one CPU"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
