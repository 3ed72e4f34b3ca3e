import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND

LOUD = OBSERVED["BEN011"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN011", observation=LOUD)

    assert "batches have 9 shapes" in found.what


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="not compiled"),
        pytest.param(replace(LOUD, kinds={"compile": 0.02}), id="compiled at the start"),
        pytest.param(replace(LOUD, shapes=1, compiled={"graphs": 1, "frames": 1}), id="one graph"),
        pytest.param(replace(LOUD, compiled={}), id="nothing was made"),
        pytest.param(replace(LOUD, steps=3), id="too few steps"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN011", observation=seen)
