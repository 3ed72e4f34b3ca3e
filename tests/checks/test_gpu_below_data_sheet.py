import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import GPU, MEASURED, ON_GPU, changed, series

LOUD = MEASURED["BEN032"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN032", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "bfloat16 products 32% (expected: 70% and more), memory bandwidth 39%" in what


def rates(**values: float) -> Snapshot:
    return series(changed(ON_GPU, "machine.ceilings", GPU, values=values))


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU), id="a card at its rate"),
        pytest.param(rates(gemm_bf16_flops=1e14, copy_bytes_per_second=1.3e12), id="one figure alone"),
        pytest.param(rates(gemm_bf16_flops=2e14, copy_bytes_per_second=1.1e12), id="a little below"),
        pytest.param(rates(), id="nothing was measured"),
        pytest.param(
            series(changed(MADE, "machine.ceilings", GPU, device_name="NVIDIA Unheard-of 9")),
            id="a card that no table has",
        ),
        pytest.param(series(changed(MADE, "machine.ceilings", GPU, verdict="FAILED")), id="the measurement failed"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
