import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedLoader
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, parts

LOUD = OBSERVED["BEN003"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN003", observation=LOUD)

    assert "2 loader workers let a step wait 12 ms" in found.what


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="no workers"),
        pytest.param(replace(LOUD, loader=ObservedLoader(workers=0, batch=16)), id="no workers, slow"),
        pytest.param(replace(LOUD, loader_inline_seconds=0.01), id="reading takes most of the wait"),
        pytest.param(replace(LOUD, loader_inline_seconds=None), id="nobody knows what reading takes"),
        pytest.param(replace(LOUD, loader=None), id="no loader"),
        pytest.param(replace(LOUD, parts=parts(loader=0.3)), id="a tenth of the time"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN003", observation=seen)
