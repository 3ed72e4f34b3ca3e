import pytest

from envdoctor.facts import Snapshot
from envdoctor.measurements import MeasuredTraining
from envdoctor.testing import findings
from tests.machines_measured import MEASURED, SOUND, changed, compared, put, series, trained

LOUD = MEASURED["BEN024"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN024", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "after 2 epochs its accuracy is 45.0% against 60.0%: it is the recipe and no speed-up" in what


def with_batch(training: MeasuredTraining | None, median: float = 1.9, **more: float) -> Snapshot:
    settings = {"batch": 32, **more}
    return series(put(SOUND, compared("ladder.batch_32", median, settings=settings, batch=32, training=training)))


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(with_batch(trained(0.59, 1.6, 1.7)), id="within the wobble of late epochs"),
        pytest.param(with_batch(trained(0.45, 1.6, 1.0)), id="the training loss is as low: another fault"),
        pytest.param(with_batch(None), id="not trained"),
        pytest.param(with_batch(trained(0.45, 1.6, 1.7), lr=0.008), id="the rate was scaled: another fault"),
        pytest.param(with_batch(trained(0.45, 1.6, 1.7), median=0.9), id="not even faster"),
        pytest.param(series(changed(MADE, "ladder.textbook", training=None)), id="nothing to compare with"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
