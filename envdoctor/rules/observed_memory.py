"""Whether the memory of an observed training grows with its steps."""

# ruff: noqa: PLR2004  # each threshold stands once, in the rule that it belongs to
from __future__ import annotations

import msgspec

from envdoctor.observation import Observation, ObservedMemory
from envdoctor.rules.observed import LEAST_STEPS, lost_to_compiling


class Growth(msgspec.Struct, frozen=True):
    """By how many the memory of a script grows with each step: of two halves of the time, the one in which less."""

    graphs: float
    """Tensors that hold a graph."""
    tensors: float
    nodes: float
    """Operators in the graphs that are held."""
    size: float
    """Resident bytes."""


def growth(seen: Observation) -> Growth | None:
    """Return what grows per step; None: seen too shortly."""
    if len(seen.memory) < 2:
        return None
    first, last = seen.memory[0], seen.memory[-1]
    # What grows at the beginning only (caches, gradients that are made, states of an optimizer) is no leak.
    half = min(seen.memory, key=lambda one: abs(one.step - (first.step + last.step) / 2))
    halves = [_grown(first, half), _grown(half, last)] if first.step < half.step < last.step else [_grown(first, last)]
    found = [one for one in halves if one is not None]
    if len(found) < len(halves) or last.step - first.step < LEAST_STEPS:
        return None
    return Growth(*(min(values) for values in zip(*map(msgspec.structs.astuple, found), strict=True)))


def _grown(first: ObservedMemory, last: ObservedMemory) -> Growth | None:
    steps = last.step - first.step
    if steps <= 0 or first.resident is None or last.resident is None:
        return None
    return Growth(
        (last.graphs - first.graphs) / steps,
        (last.tensors - first.tensors) / steps,
        ((last.nodes or 0) - (first.nodes or 0)) / steps,
        (last.resident - first.resident) / steps,
    )


def lost_to_memory(seen: Observation) -> float:
    """Return a half where tensors and memory both grow with the steps: it ends the run sooner or later.

    A detached loss that is kept for a plot is no fault; an allocator grows by some kilobytes a step anyway.
    """
    grown = growth(seen)
    # Compiled code and its guards are kept as well, for each shape.
    if grown is None or lost_to_compiling(seen):
        return 0.0
    graphs = grown.graphs >= 0.5 and grown.size >= 8192
    chain = grown.nodes >= 1 and grown.size >= 1024
    return 0.5 if graphs or chain or (grown.tensors >= 0.5 and grown.size >= 200_000) else 0.0
