import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import GPU, MEASURED, ON_GPU, changed, compared, put, series, side

LOUD = MEASURED["BEN025"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN025", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "it pays after 6e+03 s of training" in what


def compiled(median: float, first: float, mean: float = 0.0019) -> Snapshot:
    sides = (side("this", mean, first=first), side("reference", 0.002))
    return series(put(ON_GPU, compared("ladder.compile", median, GPU, spread=0.01, sides=sides)))


def test_slower_steps_never_pay() -> None:
    [what] = told(compiled(0.9, first=30.0, mean=0.0022))

    assert "so no number of steps pays for it" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU), id="a first step like any other"),
        pytest.param(compiled(1.5, first=30.0, mean=0.0013), id="half a minute that pays in two"),
        pytest.param(compiled(1.05, first=0.15), id="a short first step"),
        pytest.param(series(put(ON_GPU, compared("ladder.compile", 1.05, GPU, sides=()))), id="no steps were timed"),
        pytest.param(series(changed(MADE, "ladder.compile", GPU, verdict="FAILED")), id="it did not compile"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
