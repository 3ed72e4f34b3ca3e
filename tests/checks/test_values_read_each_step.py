import pytest
from msgspec.structs import replace

from envdoctor.findings import Severity
from envdoctor.observation import Observation, ObservedCalls
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed, on_gpu, parts

LOUD = OBSERVED["BEN004"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN004", observation=LOUD)

    assert found.severity is Severity.WARNING


def test_one_value_a_step_is_only_noted_where_it_costs_nothing() -> None:
    seen = observed(reads=(ObservedCalls("train.py:30", per_step=1.0, seconds=0.0001),))
    [found] = findings("BEN004", observation=seen)

    assert found.severity is Severity.NOTE


EACH = (ObservedCalls("train.py:30", per_step=1.0, seconds=1.2),)
WAITS = parts(read=1.2, forward=0.3, backward=0.4)


def test_reading_in_every_step_costs_a_gpu_that_stands_idle_meanwhile() -> None:
    [found] = findings("BEN004", observation=on_gpu(0.006, reads=EACH, parts=WAITS))

    assert found.severity is Severity.WARNING
    assert "up to 60 % of the time" in found.fix.text


@pytest.mark.parametrize("busy", [pytest.param(0.0195, id="works all the time"), pytest.param(None, id="not asked")])
def test_waiting_for_a_gpu_that_works_is_no_loss(busy: float | None) -> None:
    [found] = findings("BEN004", observation=on_gpu(busy, reads=EACH, parts=WAITS))

    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="nothing is read"),
        pytest.param(observed(reads=(ObservedCalls("train.py:9", 0.02, 0.001),)), id="every fiftieth step"),
        pytest.param(observed(reads=(ObservedCalls("train.py:9", 0.5, 0.5),)), id="every other step"),
        pytest.param(replace(LOUD, steps=0), id="no steps"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN004", observation=seen)
