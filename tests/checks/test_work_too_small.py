import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed

LOUD = OBSERVED["BEN009"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN009", observation=LOUD)

    assert "A step of 2 samples starts 210 operators" in found.what


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="a batch of 64"),
        pytest.param(observed(step_seconds=LOUD.step_seconds), id="a fast step of 64"),
        pytest.param(observed(loader=LOUD.loader), id="a small batch of a large net"),
        pytest.param(replace(LOUD, operators_per_step=None), id="not counted"),
        pytest.param(replace(LOUD, loader=None), id="nobody knows the batch"),
        pytest.param(replace(LOUD, step_seconds=None), id="no times"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN009", observation=seen)
