"""Judges what a worker measured: pure functions, and the rules in numbers.

A device passes when three things hold, which faults break in different ways:

* the loss falls: gradients point the right way;
* images that were not trained on are named right more often than by guessing: the net has learnt
  something, and not just its training images by heart;
* one forward and backward pass agrees with a float64 reference: the arithmetic itself is right.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence

from envdoctor.bench.measurement import Agreement, Proof, Statistics

CONFIDENCE = 0.999
"""Of the lower bound of the accuracy: one sound machine in a thousand at the very edge would be accused."""
ODDS = 2.0
"""The odds of a right answer must be at least so many times those of guessing, with that confidence."""
FALL = 0.05
"""The loss must fall by this share of its beginning…"""
SIGMAS = 3.0
"""…and by so many standard errors of the difference of the two means that are compared."""
TOLERANCE = 1e-3
"""Relative. Sound float32 was seen to stay below 2e-5 on CPUs (another order of adding up); bfloat16 rounds at
4e-3, a wrong kernel is off by far more. The space between is left to GPUs' faster convolution algorithms."""
LEAST_LOSSES = 8
BISECTIONS = 30


def judge(
    losses: Sequence[float | None], correct: int, tested: int, chance: float, agreement: Sequence[Agreement]
) -> tuple[Proof, ...]:
    """Return what PASS rests on, each with whether it holds."""
    return (loss_falls(losses), learned(correct, tested, chance), *map(agrees, agreement))


def loss_falls(losses: Sequence[float | None]) -> Proof:
    """Compare the mean of the first twentieth of the steps with that of the last tenth."""
    name = "loss falls"
    wrong = [step for step, loss in enumerate(losses) if loss is None or not math.isfinite(loss)]
    if wrong:
        return Proof(name, holds=False, what=f"the loss is not a finite number at step {wrong[0] + 1}")
    numbers = [loss for loss in losses if loss is not None]
    if len(numbers) < LEAST_LOSSES:
        return Proof(name, holds=False, what=f"only {len(numbers)} steps fitted into the time; too few to judge")
    first, last = numbers[: max(3, len(numbers) // 20)], numbers[-max(3, len(numbers) // 10) :]
    fall = statistics.fmean(first) - statistics.fmean(last)
    error = _noise(numbers) * math.sqrt(1 / len(first) + 1 / len(last))
    needed = max(FALL * statistics.fmean(first), SIGMAS * error)
    what = (
        f"{statistics.fmean(first):.3f} in the first {len(first)} steps, {statistics.fmean(last):.3f} in the last "
        f"{len(last)}; a fall of {fall:.3f}, at least {needed:.3f} needed"
    )
    return Proof(name, holds=fall > needed, what=what)


def _noise(values: Sequence[float]) -> float:
    """Return the standard deviation around the trend, from the median difference of neighbours.

    The median passes over the few large steps at the beginning. Its ratio to the standard deviation is
    that of a normal distribution; a difference of two values spreads sqrt(2) times as far as one.
    """
    median = statistics.median(abs(after - before) for before, after in itertools.pairwise(values))
    return median / statistics.NormalDist().inv_cdf(0.75) / math.sqrt(2)


def learned(correct: int, tested: int, chance: float) -> Proof:
    """Ask whether the accuracy is above what guessing gets, with room for luck."""
    bound, needed = lower_bound(correct, tested), required(chance)
    what = (
        f"{correct} of {tested} test images ({correct / tested:.1%}), so at least {bound:.1%} with "
        f"{CONFIDENCE:.1%} confidence; needed {needed:.1%}, guessing gets {chance:.1%}"
    )
    return Proof("beats chance", holds=bound > needed, what=what)


def lower_bound(correct: int, tested: int, confidence: float = CONFIDENCE) -> float:
    """Return the share above which the true one lies with this confidence, or with more.

    It is the share at which so many correct answers, or more, have the probability 1 - confidence.

    Source: C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated in the
    case of the binomial", Biometrika 26 (1934) 404.
    """
    low, high = 0.0, correct / tested
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _tail(correct, tested, middle) < 1 - confidence else (low, middle)
    return low


def _tail(least: int, number: int, share: float) -> float:
    """Return the probability of so many successes or more."""
    if least == 0 or not 0 < share < 1:
        return float(least == 0 or share >= 1)
    yes, no, ways = math.log(share), math.log1p(-share), math.lgamma(number + 1)
    return math.fsum(
        math.exp(ways - math.lgamma(k + 1) - math.lgamma(number - k + 1) + k * yes + (number - k) * no)
        for k in range(least, number + 1)
    )


def required(chance: float) -> float:
    """Return the accuracy whose odds are `ODDS` times those of guessing: 18.2 % for ten classes."""
    return ODDS * chance / (1 - chance + ODDS * chance)


def agrees(agreement: Agreement) -> Proof:
    """Ask whether a pass on the device computed what the reference did."""
    name = f"agrees with {agreement.reference}"
    if agreement.forward is None or agreement.backward is None:
        return Proof(name, holds=False, what=f"{agreement.where} of {agreement.subject} is not a finite number")
    worst = max(agreement.forward, agreement.backward)
    what = (
        f"{agreement.subject}: forward within {agreement.forward:.1e}, backward within {agreement.backward:.1e} of "
        f"{agreement.reference} (relative; worst in {agreement.where}); allowed {agreement.tolerance:.0e}"
    )
    return Proof(name, holds=worst <= agreement.tolerance, what=what)


def summarise(seconds: Sequence[float]) -> Statistics | None:
    """Return mean, median, 95th percentile and extremes; None without values."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    # The smallest value that at least 95 % of all do not exceed.
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return Statistics(len(ordered), statistics.fmean(ordered), statistics.median(ordered), p95, ordered[0], ordered[-1])
