import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedPlace
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed, on_gpu, parts

LOUD = OBSERVED["BEN002"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN002", observation=LOUD)

    assert "12 ms a step; the loader alone needs 11 ms" in found.what


def test_where_the_loader_cannot_be_asked_alone_the_looks_must_agree() -> None:
    seen = replace(LOUD, loader_alone_seconds=None, kinds={"loader": 0.4})
    [found] = findings("BEN002", observation=seen)

    assert found.confidence == "likely"


def test_a_generator_that_stands_in_for_a_loader_is_seen_too() -> None:
    seen = observed(loader=None, loader_alone_seconds=None, kinds={"loader": 0.6, "backward": 0.2})
    [found] = findings("BEN002", observation=seen)

    assert found.what == "60 % of the time waits for batches: 12 ms a step."


def test_batches_that_the_script_makes_in_its_loop_are_named_with_their_line() -> None:
    places = (ObservedPlace("train.py:7", "photos", "before", 0.5),)
    seen = observed(loader=None, loader_alone_seconds=None, kinds={"before": 0.6, "backward": 0.2}, places=places)
    [found] = findings("BEN002", observation=seen)

    assert found.what == "60 % of the time prepares batches at train.py:7: 12 ms a step."


@pytest.mark.parametrize("busy", [pytest.param(0.004, id="idle"), pytest.param(None, id="nobody asked")])
def test_a_gpu_that_waits_for_batches(busy: float | None) -> None:
    assert findings("BEN002", observation=replace(LOUD, device="cuda:0", device_pass=on_gpu(busy).device_pass))


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(replace(LOUD, device="cuda:0", device_pass=on_gpu(0.03).device_pass), id="the GPU never waits"),
        pytest.param(SOUND, id="well fed"),
        pytest.param(replace(LOUD, steps=5), id="too few steps"),
        pytest.param(replace(LOUD, loader_alone_seconds=0.001), id="fast alone, and nobody is seen there"),
        pytest.param(replace(LOUD, loader_alone_seconds=None), id="not measured alone, and nobody is seen there"),
        pytest.param(replace(LOUD, parts=parts(loader=0.3)), id="a tenth of the time"),
        pytest.param(observed(loader=None, kinds={"loader": 0.2}), id="a generator that gives enough"),
        pytest.param(observed(loader=None, kinds={"loader": 0.1, "before": 0.15}), id="a loop that prepares enough"),
        pytest.param(observed(loader=None, kinds={"loader": 0.6}, looks=20), id="a generator that was hardly seen"),
        pytest.param(OBSERVED["BEN003"], id="the workers are to blame"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN002", observation=seen)
