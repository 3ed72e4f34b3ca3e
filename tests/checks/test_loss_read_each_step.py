import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import GPU, MEASURED, ON_GPU, changed, compared, put, series

LOUD = MEASURED["BEN017"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN017", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "1.40 times (1.36 to 1.44) as fast if the loss is not read" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(ON_GPU), id="a GPU that does not wait"),
        pytest.param(series(put(MADE, compared("sync.iris_never", 1.0, GPU))), id="the small net does not agree"),
        pytest.param(series(put(MADE, compared("ladder.loss_never_read", 1.0, GPU))), id="the recipe does not agree"),
        pytest.param(
            series(put(MADE, compared("ladder.loss_never_read", 1.4, GPU, spread=0.5))), id="the rounds disagree"
        ),
        pytest.param(series(changed(MADE, "sync.iris_never", GPU, verdict="FAILED")), id="the small net failed"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
