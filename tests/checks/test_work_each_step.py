import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedCalls, ObservedPlace
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


AFTER = observed(
    kinds={"script": 0.2, "after": 0.5},
    after_steps=0.6,
    places=(ObservedPlace("train.py:9", "log", "after", 0.4), ObservedPlace("train.py:8", "log", "after", 0.1)),
)


def test_what_follows_the_step_of_the_optimizer_is_named_with_its_line() -> None:
    [found] = findings("BEN005", observation=AFTER)

    assert "50 % of the time is no training: what follows the optimizer's step at train.py:9." in found.what


def test_who_reads_a_few_values_and_works_on_them_for_long_does_not_read() -> None:
    [found] = findings("BEN005", observation=replace(AFTER, reads=(ObservedCalls("train.py:9", 10.0, 0.01),)))

    assert "train.py:9" in found.what


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(replace(AFTER, after_steps=0.02), id="it follows a few steps only"),
        pytest.param(replace(AFTER, after_steps=None), id="nobody knows how many steps it follows"),
        pytest.param(replace(AFTER, looks=20), id="it was hardly looked"),
        pytest.param(
            replace(AFTER, reads=(ObservedCalls("train.py:9", 64.0, 0.1),)), id="values are read there: said elsewhere"
        ),
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
