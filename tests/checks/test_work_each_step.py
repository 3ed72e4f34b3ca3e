import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedCalls
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed, parts

LOUD = OBSERVED["BEN005"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN005", observation=LOUD)

    assert "evaluation without gradients" in found.what


def test_the_place_of_a_checkpoint_is_named() -> None:
    seen = replace(LOUD, parts=parts(save=1.5), saves=(ObservedCalls("train.py:40", 1.0, 1.5),))
    [found] = findings("BEN005", observation=seen)

    assert "torch.save at train.py:40" in found.what


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="nothing but training"),
        pytest.param(replace(LOUD, work_steps=0.05), id="once in an epoch"),
        pytest.param(replace(LOUD, parts=parts(evaluate=0.2)), id="a small part of the time"),
        pytest.param(replace(LOUD, steps=4), id="too few steps"),
        pytest.param(observed(kinds={"plot": 0.1}), id="a plot now and then"),
        pytest.param(observed(kinds={"plot": 0.5}, looks=10), id="hardly looked"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN005", observation=seen)
