import pytest
from msgspec.structs import replace

from envdoctor.facts import Snapshot
from envdoctor.measurements import Attribution, Explanation, Measured
from envdoctor.testing import findings
from tests.machines_measured import FIT, MEASURED, SOUND, attributed, compared, put, series

LOUD = MEASURED["BEN015"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements, "explanation": machine.explanation}
    return [found.what for found in findings("BEN015", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "248 operators at 2 us each are 0.496 ms" in what


def explained(*attribution: Attribution, made: tuple[Measured, ...] = SOUND) -> Snapshot:
    return series(made, Explanation(attribution=attribution))


def test_a_larger_batch_that_gains_agrees_as_well() -> None:
    dear = attributed(dispatch=0.45, fit=replace(FIT, operators=None))
    [found] = findings(
        "BEN015", measurements=put(SOUND, compared("ladder.batch_32", 1.9)), explanation=explained(dear).explanation
    )

    assert found.confidence == "likely"
    assert "ladder.batch_32 is 1.90 times" in found.what


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(explained(attributed(dispatch=0.1)), id="a small part of the step"),
        pytest.param(explained(attributed(dispatch=0.45, batch=64)), id="a batch above the place where both are equal"),
        pytest.param(explained(attributed(dispatch=0.45, fit=None)), id="no line was measured"),
        pytest.param(
            explained(attributed(dispatch=0.45, fit=replace(FIT, operators=None))),
            id="the fixed cost alone, and batch 32 gains nothing",
        ),
        pytest.param(
            explained(attributed(dispatch=0.45, fit=replace(FIT, dispatch=2e-7))),
            id="calls are a tenth of the fixed cost",
        ),
        pytest.param(explained(), id="the textbook was not measured"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
