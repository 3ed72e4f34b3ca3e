import pytest

from envdoctor.observation import Observation
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed

LOUD = OBSERVED["BEN001"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN001", observation=LOUD)

    assert "ValueError: shapes differ (train.py:12)" in found.what


def test_too_little_memory_has_a_cause_of_its_own() -> None:
    [found] = findings("BEN001", observation=observed(ended="died", error="RuntimeError: CUDA out of memory"))

    assert found.cause == "oom"


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="ended by envdoctor"),
        pytest.param(observed(ended="finished"), id="ended by itself"),
        pytest.param(observed(ended="finished", error="a warning"), id="words that are no failure"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN001", observation=seen)
