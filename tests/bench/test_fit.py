"""The line through the time of a step over its batch."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.bench.fit import fit_of, line
from envdoctor.measurements import Measured

BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def made(rounds: Any, device: str = "cpu", **more: Any) -> Measured:
    clock = "cpu" if device == "cpu" else "wall"
    values = {
        "batches": BATCHES,
        f"{clock}_rounds": rounds,
        "operators_per_step": 248,
        "dispatch_seconds": 2e-6,
        **more,
    }
    return Measured(name="fit.textbook", group="fit", device=device, verdict="DONE", values=values)


def drawn(fixed: float, per_image: float, noise: float = 0.05, rounds: int = 8) -> list[list[float]]:
    dice = random.Random(1)  # noqa: S311  # no secret
    return [[(fixed + per_image * b) * dice.uniform(1 - noise, 1 + noise) for b in BATCHES] for _ in range(rounds)]


def test_it_finds_the_cost_that_it_was_given() -> None:
    fit = fit_of(made(drawn(527e-6, 92e-6)))

    assert fit is not None
    assert fit.fixed.value == pytest.approx(527e-6, rel=0.05)
    assert fit.per_image.value == pytest.approx(92e-6, rel=0.05)
    assert fit.equal_batch.low <= 527 / 92 * 1.05
    assert fit.fixed.low <= fit.fixed.value <= fit.fixed.high
    assert fit.clock == "cpu"


def test_noisier_rounds_make_it_less_certain() -> None:
    quiet, noisy = (fit_of(made(drawn(5e-4, 9e-5, noise))) for noise in (0.01, 0.3))

    assert quiet is not None
    assert noisy is not None
    assert noisy.fixed.high - noisy.fixed.low > 3 * (quiet.fixed.high - quiet.fixed.low)


def test_the_same_rounds_give_the_same_line() -> None:
    assert fit_of(made(drawn(5e-4, 9e-5))) == fit_of(made(drawn(5e-4, 9e-5)))


def test_what_does_not_lie_on_the_line_is_told() -> None:
    bent = [[*row[:-1], 2 * row[-1]] for row in drawn(5e-4, 9e-5, noise=0.01)]
    fit = fit_of(made(bent))

    assert fit is not None
    assert fit.misfit > 0.2
    assert fit.misfit_batch in (128, 256)


def test_a_gpu_goes_by_the_wall() -> None:
    fit = fit_of(made(drawn(5e-4, 1e-7), device="cuda:0"))

    assert fit is not None
    assert fit.clock == "wall"


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param([], id="none"),
        pytest.param(drawn(5e-4, 9e-5)[:2], id="too few"),
        pytest.param("many", id="of another form"),
        pytest.param([[1.0, "x"], [None]] * 4, id="of other lengths"),
        pytest.param([[0.0] * 9] * 4, id="no time at all"),
        pytest.param([[1.0 / b for b in BATCHES]] * 4, id="less for more images"),
    ],
)
def test_rounds_that_make_no_sense_give_no_line(rounds: Any) -> None:
    assert fit_of(made(rounds)) is None


@given(st.floats(1e-6, 1.0), st.floats(1e-9, 1.0))
def test_points_on_a_line_give_that_line(fixed: float, slope: float) -> None:
    found = line(BATCHES, [fixed + slope * b for b in BATCHES])

    assert found[0] + found[1] == pytest.approx(fixed + slope, rel=1e-6)
    assert found[1] == pytest.approx(slope, rel=1e-4, abs=1e-7 * fixed)
