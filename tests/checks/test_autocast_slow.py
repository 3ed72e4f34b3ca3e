import pytest
from msgspec.structs import replace

from envdoctor.findings import Severity
from envdoctor.observation import Observation, ObservedOptimizer
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed, trial

LOUD = OBSERVED["BEN010"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN010", observation=LOUD)

    assert "a step takes 30 % of its time" in found.what


def test_losses_that_are_no_numbers_are_a_failure() -> None:
    [found] = findings("BEN010", observation=observed(amp="cpu float16", bad_losses=40))

    assert found.severity is Severity.ERROR


def test_weights_of_sixteen_bits_without_autocast() -> None:
    seen = observed(bad_losses=40, optimizer=ObservedOptimizer(name="SGD", dtype="float16"))
    [found] = findings("BEN010", observation=seen)

    assert found.what == "40 losses were no finite numbers with weights of float16."


def test_a_script_that_ended_by_itself_on_a_cpu_that_cannot() -> None:
    [found] = findings("BEN010", observation=replace(LOUD, amp="cpu bfloat16", trials=(), half_instructions=False))

    assert "on a CPU without instructions for numbers of 16 bits" in found.what
    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="not used"),
        pytest.param(observed(bad_losses=40), id="no numbers without autocast: the recipe"),
        pytest.param(replace(LOUD, trials=(trial(1.6, "without autocast"),)), id="it pays"),
        pytest.param(replace(LOUD, trials=(trial(0.95, "without autocast"),)), id="nearly the same"),
        pytest.param(replace(LOUD, trials=(trial(0.85, "without autocast", 0.3),)), id="turns disagree"),
        pytest.param(replace(LOUD, trials=()), id="not tried"),
        pytest.param(replace(LOUD, trials=(), half_instructions=True), id="not tried, on a CPU that can"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN010", observation=seen)
