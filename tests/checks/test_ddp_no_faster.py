from typing import Any

import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import MEASURED, ON_GPU, parallel, series

LOUD = MEASURED["BEN031"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN031", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "2 processes are 0.80 times (0.78 to 0.82) as fast as one, with equal loaders; the gradients" in what


def tried(median: float, **values: Any) -> Snapshot:
    return series((*ON_GPU, parallel("ddp", "ddp", median, **values)))


def test_tiny_batches_agree_as_well() -> None:
    [what] = told(tried(0.8, images_per_process=2))

    assert "2 images a step are left for each process" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(tried(0.8), id="slower, and nothing shows why"),
        pytest.param(tried(1.7, gradient_all_reduce_seconds=0.001), id="it gains"),
        pytest.param(tried(0.8, gradient_all_reduce_seconds=0.001, loader_held_equal=False), id="loaders that differ"),
        pytest.param(tried(0.8, gradient_all_reduce_seconds=1e-5), id="a fast exchange"),
        pytest.param(tried(0.8, gradient_all_reduce_seconds=0.001, processes=1), id="one process"),
        pytest.param(
            series((*ON_GPU, parallel("dp", "data_parallel", 0.8, gradient_all_reduce_seconds=0.001))),
            id="DataParallel",
        ),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
