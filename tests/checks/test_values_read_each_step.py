import pytest
from msgspec.structs import replace

from envdoctor.findings import Severity
from envdoctor.observation import Observation, ObservedCalls, ObservedPlace
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed, on_gpu, parts

LOUD = OBSERVED["BEN004"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN004", observation=LOUD)

    assert found.severity is Severity.WARNING


def test_one_value_a_step_is_only_noted_where_it_costs_nothing() -> None:
    seen = observed(reads=(ObservedCalls("train.py:30", per_step=1.0, seconds=0.0001),))
    [found] = findings("BEN004", observation=seen)

    assert found.severity is Severity.NOTE


LOOP = observed(
    reads=(ObservedCalls("train.py:30", per_step=128.0, seconds=0.1),),
    places=tuple(ObservedPlace(f"train.py:{line}", "<module>", "after", 0.1) for line in (28, 29, 30, 31, 40)),
    kinds={"script": 0.4, "after": 0.5},
    after_steps=0.9,
)
"""64 samples are looked at one by one in four lines, in a fifth of 20 ms."""


def test_the_lines_of_a_loop_that_reads_sample_by_sample_are_reading() -> None:
    [found] = findings("BEN004", observation=LOOP)

    assert found.severity is Severity.WARNING
    assert "up to 40 % of the time" in found.fix.text
    assert not findings("BEN005", observation=LOOP)


@pytest.mark.parametrize(
    "place", [pytest.param("other.py:30", id="another file"), pytest.param("", id="no line of the script")]
)
def test_places_elsewhere_are_not_the_loops(place: str) -> None:
    seen = replace(LOOP, places=(ObservedPlace(place, "", "after", 0.5),))

    assert findings("BEN004", observation=seen)[0].severity is Severity.NOTE
    assert findings("BEN005", observation=seen)


EACH = (ObservedCalls("train.py:30", per_step=1.0, seconds=1.2),)
WAITS = parts(read=1.2, forward=0.3, backward=0.4)


def test_reading_in_every_step_costs_a_gpu_that_stands_idle_meanwhile() -> None:
    [found] = findings("BEN004", observation=on_gpu(0.006, reads=EACH, parts=WAITS))

    assert found.severity is Severity.WARNING
    assert "up to 60 % of the time" in found.fix.text


@pytest.mark.parametrize("busy", [pytest.param(0.0195, id="works all the time"), pytest.param(None, id="not asked")])
def test_waiting_for_a_gpu_that_works_is_no_loss(busy: float | None) -> None:
    [found] = findings("BEN004", observation=on_gpu(busy, reads=EACH, parts=WAITS))

    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="nothing is read"),
        pytest.param(observed(reads=(ObservedCalls("train.py:9", 0.02, 0.001),)), id="every fiftieth step"),
        pytest.param(observed(reads=(ObservedCalls("train.py:9", 0.5, 0.5),)), id="every other step"),
        pytest.param(replace(LOUD, steps=0), id="no steps"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN004", observation=seen)
