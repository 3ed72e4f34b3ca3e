import pytest

from envdoctor.facts import Snapshot
from envdoctor.measurements import Explanation
from envdoctor.testing import findings
from tests.machines_measured import MEASURED, SOUND, attributed, changed, compared, put, series

LOUD = MEASURED["BEN020"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements, "explanation": machine.explanation}
    return [found.what for found in findings("BEN020", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "products in bf16 reach 0.40 times the float32 rate" in what


def test_a_step_of_calls_agrees_as_well() -> None:
    small = Explanation(attribution=(attributed(dispatch=0.5),))
    [what] = told(series(put(SOUND, compared("ladder.amp_bf16", 0.6)), small))

    assert "at least 48 % of a step is the start of operators" in what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(series(put(MADE, compared("ladder.amp_bf16", 1.4))), id="autocast pays"),
        pytest.param(series(put(MADE, compared("ladder.amp_bf16", 0.6, spread=0.9))), id="the rounds disagree"),
        pytest.param(series(put(SOUND, compared("ladder.amp_bf16", 0.6))), id="products are fast, and calls are few"),
        pytest.param(series(put(SOUND, compared("ladder.amp_bf16", 0.96))), id="hardly slower"),
        pytest.param(
            series(changed(MADE, "machine.ceilings", values={})), id="products were not measured, and calls are few"
        ),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
