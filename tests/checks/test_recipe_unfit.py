import pytest
from msgspec.structs import replace

from envdoctor.findings import Severity
from envdoctor.observation import Observation, ObservedLoader
from envdoctor.testing import findings
from tests.machines_observed import MEMORY, OBSERVED, SOUND, observed

LOUD = OBSERVED["BEN012"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN012", observation=LOUD)

    assert "The loss does not fall with lr 0.05" in found.what


def test_batch_norm_over_two_samples() -> None:
    [found] = findings("BEN012", observation=observed(loader=ObservedLoader(batch=2)))

    assert found.what == "Batch norm learns from batches of 2."


def test_losses_that_are_no_numbers_are_a_failure() -> None:
    [found] = findings("BEN012", observation=observed(bad_losses=50, losses=()))

    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="the loss falls"),
        pytest.param(observed(losses=(2.3,) * 60), id="nothing to learn, at a usual rate"),
        pytest.param(observed(losses=(2.3, 9.9, 2.2, 2.1)), id="too few losses"),
        pytest.param(observed(losses=()), id="no losses"),
        pytest.param(observed(bad_losses=1), id="one by chance"),
        pytest.param(observed(amp="cpu float16", bad_losses=50), id="autocast's business"),
        pytest.param(
            observed(loader=ObservedLoader(batch=2), memory=(replace(MEMORY[0], batch_norms=0),)), id="no batch norm"
        ),
        pytest.param(observed(loader=ObservedLoader(batch=16)), id="a batch of 16"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN012", observation=seen)
