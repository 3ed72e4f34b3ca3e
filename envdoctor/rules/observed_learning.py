"""Whether an observed training learns at all: what its losses, its learning rate and its batch say."""

# ruff: noqa: PLR2004  # each threshold stands once, in the rule that it belongs to
from __future__ import annotations

import statistics

from envdoctor.observation import Observation
from envdoctor.rules.observed import batch_at_least, batch_at_most, enough, in_half


def tiny_norm_batch(seen: Observation) -> int | None:
    """Return the batch where batch norm has only two or three samples to learn from."""
    batch = batch_at_most(seen)
    norms = max((one.batch_norms for one in seen.memory), default=0)
    return batch if norms and batch is not None and batch <= 3 else None


def losses_rise(seen: Observation) -> bool:
    """Say whether the loss is clearly higher at the end than at the beginning, or no number any more."""
    if seen.bad_losses >= 2:
        return True
    quarter = len(seen.losses) // 4
    if quarter < 4:
        return False
    # The very first losses are those of untrained weights. That of a few samples is mostly chance: more are taken.
    batch = batch_at_least(seen) or 32
    few = min(quarter, max(3, 64 // batch))
    first, last = statistics.median(seen.losses[:few]), statistics.median(seen.losses[-quarter:])
    if last > 1.5 * first > 0 and statistics.fmean(seen.losses[-quarter:]) > 1.2 * statistics.fmean(seen.losses[:few]):
        return True
    if seen.optimizer is None or seen.optimizer.lr is None:
        return False
    high = 0.03 if "Adam" in seen.optimizer.name else 0.5
    # The very first loss is that of weights which nobody has moved yet. Noise cannot be learnt: its loss stays there.
    # One that shot up and came back to about where it began has learnt nothing either.
    shot_up = max(seen.losses) > 10 * seen.losses[0]
    return seen.optimizer.lr >= high and last > (0.8 if shot_up else 1.01) * min(first, seen.losses[0]) > 0


def rate_too_small(seen: Observation) -> float | None:
    """Return how many times smaller the learning rate is than one that goes with the batch, if the loss stands still.

    Only for SGD with batches of 256 and more. Source: https://arxiv.org/abs/1706.02677 (0.1 for each 256 images, with
    momentum 0.9): rates for small batches hardly move a net in the few steps that a large batch leaves.
    """
    optimizer, batch = seen.optimizer, batch_at_least(seen)
    if optimizer is None or optimizer.name != "SGD" or not optimizer.lr or batch is None or batch < 256:
        return None
    quarter = len(seen.losses) // 4
    if quarter < 5:
        return None
    # Of few losses the middle wobbles: quarters are compared, and the first ones only roughly.
    first, last = statistics.median(seen.losses[:3]), statistics.median(seen.losses[-quarter:])
    early = statistics.median(seen.losses[:quarter])
    still = 0.97 * early < last < 1.03 * early and 0.9 * first < last < 1.1 * first
    moves = optimizer.lr / (1 - min(0.99, optimizer.momentum or 0.0))
    ratio = batch / 256 / moves
    return ratio if ratio >= 150 and still else None


def lost_to_recipe(seen: Observation) -> float:
    """Return nearly all where nothing is learnt; a batch norm at two samples weighs more than slow steps."""
    if enough(seen) and not in_half(seen) and (losses_rise(seen) or rate_too_small(seen) is not None):
        return 0.99
    return 0.97 if enough(seen) and tiny_norm_batch(seen) else 0.0
