import pytest
from msgspec.structs import replace

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import MEASURED, changed, series, trained

LOUD = MEASURED["BEN023"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN023", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "reaches 51.0% against 60.0% without it" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(changed(MADE, "ladder.batch_norm", training=None)), id="not trained"),
        pytest.param(
            series(changed(MADE, "ladder.batch_norm", training=trained(0.59, 1.6))),
            id="within the wobble of late epochs",
        ),
        pytest.param(
            series(changed(MADE, "ladder.batch_norm", training=trained(0.51, 1.1))), id="the test loss is lower"
        ),
        pytest.param(series(changed(MADE, "ladder.batch_norm", batch=64)), id="no tiny batch"),
        pytest.param(
            series(changed(MADE, "ladder.batch_norm", training=replace(trained(0.51, 1.6), epochs=1))),
            id="trained for half as long",
        ),
        pytest.param(series(changed(MADE, "ladder.textbook", training=None)), id="nothing to compare with"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
