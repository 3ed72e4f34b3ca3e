from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import FILLED, FULL, GPU, MEASURED, ON_GPU, row, series

LOUD = MEASURED["BEN029"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN029", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "at batch 256 an image takes 1.56 ms instead of 0.156 ms" in what


def filled(**fields: Any) -> Snapshot:
    spilling = row("memory.wide", GPU, values=FULL, usage=FILLED)
    return series((*ON_GPU, replace(spilling, **fields)))


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(filled(usage=None), id="nothing was sampled"),
        pytest.param(filled(usage=replace(FILLED, gpu_memory_total_bytes=80_000_000_000)), id="half of the memory"),
        pytest.param(filled(values={"rows": FULL["rows"][:2]}), id="too few batches"),
        pytest.param(
            filled(values={"rows": [{"batch": 2**at, "seconds": 0.01 * 2**at} for at in range(5)]}),
            id="each image as fast as before",
        ),
        pytest.param(filled(values={"rows": "many"}), id="rows of another form"),
        pytest.param(filled(device="cpu"), id="the CPU"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
