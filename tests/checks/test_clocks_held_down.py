import pytest

from envdoctor.facts import Snapshot
from envdoctor.measurements import MeasuredUsage
from envdoctor.testing import findings
from tests.machines_measured import GPU, MEASURED, ON_GPU, row, series, watched

LOUD = MEASURED["BEN026"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN026", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "held down (heat (driver)) in 80 % of the samples: 1,000 MHz, where 1,551 MHz were seen" in what


def sampled(usage: MeasuredUsage) -> Snapshot:
    return series((*ON_GPU, row("ladder.wide", GPU, usage=usage), row("ladder.wider", GPU, usage=watched(1410, 95, 0))))


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU), id="nothing was sampled"),
        pytest.param(sampled(watched(1000, 95, 0.1)), id="a tenth of the samples"),
        pytest.param(sampled(watched(1000, 5, 0.8)), id="a card that has nothing to do"),
        pytest.param(sampled(watched(1000, 95, 0.8, "idle")), id="a low clock while idle"),
        pytest.param(sampled(watched(1000, 95, 0.8, "clocks set")), id="clocks that somebody has set"),
        pytest.param(sampled(watched(1800, 95, 0.8)), id="a reason, and a high clock"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
