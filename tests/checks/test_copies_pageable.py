import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import GPU, MEASURED, ON_GPU, changed, compared, put, series

LOUD = MEASURED["BEN018"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN018", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "25.0 GB/s from pinned and 6.0 GB/s from pageable memory" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU), id="pinned batches are no faster"),
        pytest.param(
            series(put(ON_GPU, compared("ladder.pin_memory", 1.3, GPU))), id="large copies are nearly as fast"
        ),
        pytest.param(series(put(MADE, compared("ladder.pin_memory", 1.3, GPU, spread=0.5))), id="the rounds disagree"),
        pytest.param(series(changed(MADE, "machine.ceilings", GPU, values={})), id="copies were not measured"),
        pytest.param(
            series(changed(MADE, "machine.ceilings", GPU, values={"h2d_pinned_bytes_per_second": 0})),
            id="a rate of nothing",
        ),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
