import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import GPU, MEASURED, ON_GPU, changed, series

LOUD = MEASURED["BEN019"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN019", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "copies 6.0 GB/s from and 6.1 GB/s to the host; at least 24 GB/s are expected" in what


def rates(there: float, back: float) -> Snapshot:
    values = {"h2d_pinned_bytes_per_second": there, "d2h_pinned_bytes_per_second": back}
    return series(changed(ON_GPU, "machine.ceilings", GPU, values=values))


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU), id="a link at its rate"),
        pytest.param(rates(6e9, 2.4e10), id="one direction alone"),
        pytest.param(rates(1.6e10, 1.6e10), id="two thirds of the rate"),
        pytest.param(
            series(changed(MADE, "machine.ceilings", GPU, device_name="NVIDIA Unheard-of 9")),
            id="a card that no table has",
        ),
        pytest.param(series(changed(MADE, "machine.ceilings", GPU, values={})), id="copies were not measured"),
        pytest.param(series(changed(MADE, "machine.ceilings", GPU, verdict="FAILED")), id="the measurement failed"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
