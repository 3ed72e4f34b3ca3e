"""What processes that train together cost each other: shares of a step's time, from 0 to 1."""

# ruff: noqa: PLR2004  # each threshold stands once, in the rule that it belongs to
from __future__ import annotations

from envdoctor.observation import Observation, ObservedRank
from envdoctor.rules.observed import LEAST_STEPS
from envdoctor.rules.observed_threads import threads_of_ranks


def unequal_ranks(seen: Observation) -> tuple[ObservedRank, ObservedRank] | None:
    """Return the rank that waits longest for its loader and one that waits for it in the exchange of gradients.

    The steps of ranks end together, so what one spends more on its loader another spends more in `backward()`.
    """
    ranks = [one for one in seen.ranks if one.steps >= LEAST_STEPS and one.step_seconds]
    if len(ranks) < 2:
        return None
    slow = max(ranks, key=lambda one: one.loader_seconds)
    quick = min(ranks, key=lambda one: one.loader_seconds)
    more = slow.loader_seconds - quick.loader_seconds
    waits = quick.backward_seconds - slow.backward_seconds
    worth = more >= 0.2 * (quick.step_seconds or 0.0) and waits >= more / 2
    return (slow, quick) if worth else None


def uneven_ranks(seen: Observation) -> tuple[ObservedRank, ObservedRank] | None:
    """Return the rank that computes longest and the one that waits for it, where loaders are alike.

    The steps of ranks end together, so the one with less to compute has a backward pass that is long beside its
    forward pass: that must be seen as well.
    """
    ranks = [one for one in seen.ranks if one.steps >= LEAST_STEPS and one.step_seconds and one.forward_seconds > 0]
    if len(ranks) < 2 or unequal_ranks(seen):
        return None
    slow = max(ranks, key=lambda one: one.forward_seconds)
    quick = min(ranks, key=lambda one: one.forward_seconds)
    more = slow.forward_seconds - quick.forward_seconds
    waits = quick.backward_seconds / quick.forward_seconds >= 2 * slow.backward_seconds / slow.forward_seconds
    return (slow, quick) if waits and more >= 0.1 * (quick.step_seconds or 0.0) else None


def exchanging_ranks(seen: Observation) -> bool:
    """Say whether processes with equal loaders spend most of a step in backward passes far longer than forward ones.

    By itself a backward pass takes about twice the forward one (two products for each of its one). Where it takes four
    times as long, PyTorch's own account of the exchange must agree; eight times say it alone.
    """
    ranks = [one for one in seen.ranks if one.steps >= LEAST_STEPS and one.step_seconds]
    if len(ranks) < 2 or threads_of_ranks(seen) or unequal_ranks(seen) or uneven_ranks(seen):
        return False
    return all(_exchanges(one, one.step_seconds or 0.0) for one in ranks)


def _exchanges(one: ObservedRank, step: float) -> bool:
    told = one.exchange_seconds is not None and one.exchange_seconds >= 0.3 * step
    return one.forward_seconds > 0 and one.backward_seconds >= max((4 if told else 8) * one.forward_seconds, 0.6 * step)


def lost_to_ranks(seen: Observation) -> float:
    """Return the share of a step that ranks wait for the slowest one's loader, or for the exchange of gradients."""
    pair, uneven = unequal_ranks(seen), uneven_ranks(seen)
    if uneven is not None:
        slow, quick = uneven
        more = slow.forward_seconds + slow.backward_seconds
        more *= 1 - quick.forward_seconds / slow.forward_seconds
        # Work that is shared out anew: half of the difference.
        return min(0.95, more / 2 / (quick.step_seconds or 1.0))
    if pair is None:
        one = seen.ranks[0] if exchanging_ranks(seen) else None
        return (one.backward_seconds - 2 * one.forward_seconds) / (one.step_seconds or 1.0) if one else 0.0
    slow, quick = pair
    return min(0.95, (slow.loader_seconds - quick.loader_seconds) / (quick.step_seconds or 1.0))
