import pytest

from envdoctor.facts import Snapshot
from envdoctor.testing import findings
from tests.machines_measured import MEASURED, changed, compared, put, rounds, series

LOUD = MEASURED["BEN014"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements}
    return [found.what for found in findings("BEN014", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "without them training is 1.50 times (1.46 to 1.54) as fast; a step waits 1.4 ms for them" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(put(MADE, compared("ladder.workers_0", 1.5))), id="the wait is the same"),
        pytest.param(series(changed(MADE, "ladder.workers_0", comparison=rounds(0.7))), id="workers pay"),
        pytest.param(series(changed(MADE, "ladder.workers_0", comparison=rounds(1.06))), id="hardly faster without"),
        pytest.param(series(changed(MADE, "ladder.workers_0", comparison=rounds(1.5, 0.6))), id="the rounds disagree"),
        pytest.param(series(changed(MADE, "ladder.workers_0", sides=())), id="no waits were measured"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
