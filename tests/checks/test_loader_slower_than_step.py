import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import MEASURED, changed, compared, put, row, series, side

LOUD = MEASURED["BEN013"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN013", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "takes 3.3 times as long for a batch" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(put(MADE, compared("ladder.data_in_memory", 1.1))), id="in memory hardly faster"),
        pytest.param(series(put(MADE, compared("ladder.data_in_memory", 2.0, spread=0.6))), id="the rounds disagree"),
        pytest.param(series(put(MADE, compared("ladder.workers_0", 1.5))), id="the workers are to blame"),
        pytest.param(
            series(put(MADE, row("loader.workers_2", sides=(side("loader", 0.006), side("step", 0.006))))),
            id="as fast as the step",
        ),
        pytest.param(
            series(put(MADE, row("loader.workers_2", sides=(side("loader", 0.02),)))),
            id="the step alone was not measured",
        ),
        pytest.param(series(changed(MADE, "loader.workers_2", verdict="FAILED")), id="the loader failed"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
