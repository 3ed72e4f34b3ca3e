import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import GPU, MEASURED, ON_GPU, changed, compared, put, series

LOUD = MEASURED["BEN022"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN022", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "156 TFLOP/s by the data sheet, against 19 in float32" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU), id="no difference"),
        pytest.param(series(put(ON_GPU, compared("ladder.tf32", 1.04, GPU))), id="too little to speak of"),
        pytest.param(series(put(ON_GPU, compared("ladder.tf32", 1.3, GPU, spread=0.5))), id="the rounds disagree"),
        pytest.param(series(changed(MADE, "ladder.tf32", GPU, device_name="Tesla T4")), id="a card without TF32"),
        pytest.param(series(changed(MADE, "ladder.tf32", GPU, device_name=None)), id="a card without a name"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
