import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed, trial

LOUD = OBSERVED["BEN007"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN007", observation=LOUD)

    assert "32 threads compute on 2 CPUs; with 2 a step takes 40 %" in found.what


def test_a_single_thread_may_be_an_accident() -> None:
    [found] = findings("BEN007", observation=observed(threads=1, trials=(trial(0.6, before=1, to=2),)))

    assert "One thread leaves CPUs idle" in found.why


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="no trial"),
        pytest.param(observed(trials=(trial(0.2, before=2, to=1),)), id="a busy machine makes one thread faster"),
        pytest.param(observed(threads=1, trials=(trial(0.97, before=1, to=2),)), id="one thread is enough"),
        pytest.param(observed(threads=8, trials=(trial(0.85, spread=0.3, before=8, to=2),)), id="turns disagree"),
        pytest.param(observed(threads=8, trials=()), id="too many, and nobody tried"),
        pytest.param(replace(LOUD, cpus=None), id="nobody knows the CPUs"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN007", observation=seen)
