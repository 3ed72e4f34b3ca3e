"""A straight line through the time of a step over its batch, with the uncertainty that the rounds show. Pure."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from typing import Any

from envdoctor.measurements import Fit, Measured, Spread

RESAMPLES = 400
INSIDE = 0.90
"""Share of the resampled lines that lie between `low` and `high`."""
LEAST_ROUNDS, LEAST_BATCHES = 3, 3
GROUP = "fit"

Line = tuple[float, float]
"""Fixed seconds and seconds per image."""


def fit_of(made: Measured) -> Fit | None:
    """Return the line of an experiment of the group `fit`; None: it has too few rounds, or they make no sense.

    On a CPU it goes through the CPU time, which other programs do not lengthen as they do the wall time.
    """
    clock = "cpu" if made.device == "cpu" else "wall"
    batches = _numbers(made.values.get("batches"))
    told = made.values.get(f"{clock}_rounds")
    rounds = [row for row in map(_numbers, told if isinstance(told, list) else []) if len(row) == len(batches)]
    if len(rounds) < LEAST_ROUNDS or len(batches) < LEAST_BATCHES or min(map(min, rounds)) <= 0:
        return None
    lines = _resampled(batches, rounds)
    if lines is None:
        return None
    best, times = line(batches, _medians(rounds)), _medians(rounds)
    misfits = [(abs(best[0] + best[1] * b - t) / t, b) for b, t in zip(batches, times, strict=True)]
    worst, at = max(misfits)
    return Fit(
        experiment=made.name,
        parameters=whole(made.values.get("parameters")),
        fixed=_spread(best[0], [fixed for fixed, _ in lines]),
        per_image=_spread(best[1], [slope for _, slope in lines]),
        equal_batch=_spread(best[0] / best[1], [fixed / slope for fixed, slope in lines]),
        misfit=worst,
        misfit_batch=int(at),
        clock=clock,
        operators=whole(made.values.get("operators_per_step")),
        dispatch=next(iter(_numbers([made.values.get("dispatch_seconds")])), None),
    )


def line(batches: Sequence[float], seconds: Sequence[float]) -> Line:
    """Return the line with the least squares of relative distances: a step of 256 images weighs as much as one of 1."""
    weights = [1 / time**2 for time in seconds]
    total = sum(weights)
    at = sum(w * b for w, b in zip(weights, batches, strict=True)) / total
    mean = sum(w * t for w, t in zip(weights, seconds, strict=True)) / total
    around = sum(w * (b - at) ** 2 for w, b in zip(weights, batches, strict=True))
    both = sum(w * (b - at) * (t - mean) for w, b, t in zip(weights, batches, seconds, strict=True))
    slope = both / around if around else 0.0
    return mean - slope * at, slope


def _resampled(batches: Sequence[float], rounds: Sequence[Sequence[float]]) -> list[Line] | None:
    """Return lines through rounds drawn with replacement; None: some have no positive cost of either kind.

    The same rounds give the same lines.
    """
    draw = random.Random(0)  # noqa: S311  # no secret
    lines = [line(batches, _medians(rounds))]
    lines += [line(batches, _medians(draw.choices(rounds, k=len(rounds)))) for _ in range(RESAMPLES)]
    good = [one for one in lines if one[0] > 0 and one[1] > 0]
    return good if lines[0] in good and len(good) >= INSIDE * len(lines) else None


def _medians(rounds: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def _spread(value: float, resampled: Sequence[float]) -> Spread:
    ordered = sorted(resampled)
    cut = int((1 - INSIDE) / 2 * len(ordered))
    return Spread(value, min(value, ordered[cut]), max(value, ordered[-1 - cut]))


def _numbers(values: Any) -> list[float]:
    """Return the numbers of a list; of anything else, none."""
    if not isinstance(values, list | tuple):
        return []
    return [float(one) for one in values if isinstance(one, int | float) and not isinstance(one, bool)]


def whole(value: Any) -> int | None:
    """Return a whole number, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
