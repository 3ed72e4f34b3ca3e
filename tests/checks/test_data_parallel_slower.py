import pytest
from msgspec.structs import replace

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import MEASURED, ON_GPU, parallel, series

LOUD = MEASURED["BEN033"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN033", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert (
        "DataParallel is 0.50 times (0.48 to 0.52) as fast as one GPU; DistributedDataParallel on the same GPUs is 1.70"
        in what
    )


def beside(dp: float, ddp: float | None = None) -> Snapshot:
    others = () if ddp is None else (parallel("ddp", "ddp", ddp),)
    return series((*ON_GPU, parallel("dp", "data_parallel", dp), *others))


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(beside(0.5), id="DDP was not measured"),
        pytest.param(beside(0.5, 0.5), id="both lose alike"),
        pytest.param(beside(1.6, 1.7), id="it gains"),
        pytest.param(beside(0.98, 1.7), id="hardly slower"),
        pytest.param(
            series(
                (*ON_GPU, replace(parallel("dp", "data_parallel", 0.5), verdict="FAILED"), parallel("ddp", "ddp", 1.7))
            ),
            id="it failed",
        ),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
