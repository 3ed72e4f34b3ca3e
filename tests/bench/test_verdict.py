import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.bench.measurement import Agreement
from envdoctor.bench.verdict import TOLERANCE, agrees, learned, loss_falls, lower_bound, required, summarise

FALLING = [2.3 - 0.01 * step for step in range(100)]


def agreement(forward: float | None = 4e-7, backward: float | None = 6e-6) -> Agreement:
    return Agreement(
        subject="cuda:0 float32", reference="cpu float64", forward=forward, backward=backward,
        where="gradient of 0.weight", images=32, tolerance=TOLERANCE,
    )  # fmt: skip


def noisy(level: float, fall: float, steps: int = 160) -> list[float | None]:
    rng = random.Random(1)  # noqa: S311  # repeatable
    return [level - fall * step / steps + rng.gauss(0, 0.1) for step in range(steps)]


@pytest.mark.parametrize(
    "losses",
    [
        pytest.param(FALLING, id="a straight fall"),
        pytest.param(noisy(2.3, 1.0), id="a fall with noise"),
        pytest.param([2.35, 2.3, 2.4, 2.1, 2.0, 1.9, 2.0, 1.8, 1.7, 1.8, 1.7, 1.75], id="few and noisy steps"),
        pytest.param([2.4, 2.2, 2.0, 1.8, 1.7, 1.6, 1.5, 1.5, 1.4, 1.4], id="few steps, a clear fall"),
    ],
)
def test_a_fall_is_seen(losses: list[float | None]) -> None:
    assert loss_falls(losses).holds


@pytest.mark.parametrize(
    ("losses", "word"),
    [
        pytest.param([2.3] * 100, "a fall of 0.000", id="nothing moves"),
        pytest.param(FALLING[::-1], "a fall of -", id="it rises"),
        pytest.param(noisy(2.3, 0.0), "needed", id="noise alone"),
        pytest.param([2.3 - 0.0005 * step for step in range(100)], "needed", id="2 % are too little"),
        pytest.param([2.3, 1.0], "only 2 steps", id="too few steps"),
        pytest.param([], "only 0 steps", id="no step"),
        pytest.param([*FALLING, None], "step 101", id="a loss that is no number"),
        pytest.param([*FALLING[:50], math.nan, *FALLING[50:]], "step 51", id="NaN in between"),
        pytest.param([2.3, math.inf] * 20, "step 2", id="infinite"),
    ],
)
def test_no_fall_is_not_taken_for_one(losses: list[float | None], word: str) -> None:
    proof = loss_falls(losses)

    assert not proof.holds
    assert word in proof.what


@pytest.mark.parametrize(
    ("correct", "tested", "chance", "holds"),
    [
        pytest.param(1000, 2000, 0.1, True, id="half of ten classes"),
        pytest.param(420, 2000, 0.1, True, id="21 % of many images"),
        pytest.param(380, 2000, 0.1, False, id="19 %: the bound is below the line"),
        pytest.param(200, 2000, 0.1, False, id="guessing"),
        pytest.param(0, 2000, 0.1, False, id="never right"),
        pytest.param(30, 50, 0.5, False, id="60 % of two classes, few images"),
        pytest.param(1600, 2000, 0.5, True, id="80 % of two classes"),
        pytest.param(1900, 2000, 0.95, False, id="one class is nearly all there is"),
        pytest.param(3, 3, 0.1, False, id="all of three images say nothing"),
        pytest.param(20, 20, 0.1, True, id="all of twenty say something"),
    ],
)
def test_accuracy_against_chance(correct: int, tested: int, chance: float, *, holds: bool) -> None:
    assert learned(correct, tested, chance).holds is holds


def test_the_bound_is_the_published_one() -> None:
    # Exact two-sided 95 % interval of 81 of 263: 0.2527 to 0.3676; R. G. Newcombe, Stat. Med. 17 (1998) 857, table I.
    assert lower_bound(81, 263, confidence=0.975) == pytest.approx(0.2527, abs=5e-5)


@pytest.mark.parametrize("tested", [1, 3, 50, 2000])
def test_the_bound_of_all_correct_is_a_root(tested: int) -> None:
    assert lower_bound(tested, tested, 0.999) == pytest.approx(0.001 ** (1 / tested), abs=1e-6)


@given(st.integers(1, 5000), st.data())
def test_the_bound_is_below_what_was_seen(tested: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(0, tested))

    assert 0 <= lower_bound(correct, tested) <= correct / tested


@given(st.floats(0.001, 0.999))
def test_what_is_required_is_more_than_chance_and_can_be_reached(chance: float) -> None:
    assert chance < required(chance) < 1


@pytest.mark.parametrize(("tested", "chance"), [(20, 0.5), (500, 0.1), (2000, 0.1), (2000, 0.01)])
def test_luck_passes_no_more_often_than_stated(tested: int, chance: float) -> None:
    share = required(chance)
    likely = range(int(tested * share), tested + 1)
    enough = next(correct for correct in likely if learned(correct, tested, chance).holds)
    luck = sum(
        math.exp(math.log(math.comb(tested, k)) + k * math.log(share) + (tested - k) * math.log(1 - share))
        for k in range(enough, tested + 1)
    )

    assert luck <= 0.001


@pytest.mark.parametrize(
    ("forward", "backward", "holds"),
    [
        pytest.param(4e-7, 6e-6, True, id="rounding"),
        pytest.param(1e-3, 1e-3, True, id="just allowed"),
        pytest.param(0.0, 0.0, True, id="the same bits"),
        pytest.param(4e-7, 4e-3, False, id="bfloat16 in the backward pass"),
        pytest.param(0.5, 6e-6, False, id="a wrong forward pass"),
        pytest.param(None, 6e-6, False, id="not a number"),
        pytest.param(4e-7, None, False, id="a gradient that is not a number"),
    ],
)
def test_agreement(forward: float | None, backward: float | None, *, holds: bool) -> None:
    assert agrees(agreement(forward, backward)).holds is holds


def test_statistics_of_steps() -> None:
    found = summarise([0.1] * 95 + [0.5] * 5)

    assert found is not None
    assert (found.n, found.median, found.p95, found.maximum) == (100, 0.1, 0.1, 0.5)
    assert found.mean == pytest.approx(0.12)


def test_no_steps_have_no_statistics() -> None:
    assert summarise([]) is None
