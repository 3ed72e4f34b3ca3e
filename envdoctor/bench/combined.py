"""What a change does to each part of a step, and what several do together. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from envdoctor.bench.result import Window
from envdoctor.measurements import Fit

LOADER, TRANSFER, FIXED, ARITHMETIC, REST = "loader", "transfer", "fixed", "arithmetic", "rest"
PARTS = (LOADER, TRANSFER, FIXED, ARITHMETIC, REST)
OF_CALLS = frozenset(("fused", "foreach", "compile", "graph", "read_loss_every"))
"""Settings that save calls of operators, or waiting for them; others save arithmetic."""

Seconds = dict[str, float]


class Change(msgspec.Struct, frozen=True):
    """A change, taken apart: of each round, the reference's seconds per image and what each part is multiplied by."""

    before: tuple[Seconds, ...]
    factors: tuple[Seconds, ...]
    loads_itself: bool = False
    """The training process makes its batches: their time is no wait that other changes could hide or shorten."""


def change_of(windows: Sequence[Window], settings: Mapping[str, Any], fit: Fit | None) -> Change | None:
    """Return what a row of the ladder does to the parts; None: it has no round with both sides."""
    at = {(window.side, window.round): window for window in windows if window.images > 0}
    rounds = sorted(number for side, number in at if side == "this" and ("reference", number) in at)
    pairs = [(at["reference", number], at["this", number]) for number in rounds]
    if not pairs:
        return None
    before = tuple(_parts(reference, fit) for reference, _ in pairs)
    factors = tuple(
        _factors(parts, reference, this, settings) for parts, (reference, this) in zip(before, pairs, strict=True)
    )
    return Change(before, factors, settings.get("workers") == 0 or settings.get("data") == "memory")


def _parts(window: Window, fit: Fit | None) -> Seconds:
    """Return seconds per image of each part; without a line, calls and arithmetic are one."""
    raw = _raw(window)
    batch = window.images / window.steps
    share = 0.0 if fit is None else fit.fixed.value / (fit.fixed.value + fit.per_image.value * batch)
    host = raw.pop("host")
    return {**raw, FIXED: share * host, ARITHMETIC: (1 - share) * host}


def _raw(window: Window) -> Seconds:
    images = window.images
    parts = {
        LOADER: sum(window.loader) / images,
        TRANSFER: sum(window.transfer) / images,
        "host": sum(window.host) / images,
    }
    return {**parts, REST: max(0.0, window.seconds / images - sum(parts.values()))}


def _factors(before: Seconds, reference: Window, this: Window, settings: Mapping[str, Any]) -> Seconds:
    after = _raw(this)
    factors = {name: _of(after[name], before[name]) for name in (LOADER, TRANSFER, REST)}
    host = after["host"]
    if "batch" in settings:
        # A step's fixed cost is shared by more images, by definition; what else changed is arithmetic.
        smaller = (reference.images / reference.steps) / (this.images / this.steps)
        fixed = min(host, before[FIXED] * smaller)
        return {**factors, FIXED: _of(fixed, before[FIXED]), ARITHMETIC: _of(host - fixed, before[ARITHMETIC])}
    first, second = (FIXED, ARITHMETIC) if OF_CALLS & settings.keys() else (ARITHMETIC, FIXED)
    saved = before[FIXED] + before[ARITHMETIC] - host
    from_first = min(saved, before[first])
    return {
        **factors,
        first: _of(before[first] - from_first, before[first]),
        second: _of(before[second] - (saved - from_first), before[second]),
    }


def _of(after: float, before: float) -> float:
    return max(0.0, after) / before if before > 0 else 1.0


def combined(some: Sequence[Change]) -> list[float]:
    """Return the forecast of each round: times as fast as the reference, with all changes."""
    count = min(len(change.before) for change in some)
    values = []
    for number in range(count):
        before = {part: sum(change.before[number][part] for change in some) / len(some) for part in PARTS}
        after = sum(before[part] * _together(some, number, part) for part in PARTS)
        values.append(sum(before.values()) / after if after > 0 else 1.0)
    return values


def _together(some: Sequence[Change], number: int, part: str) -> float:
    """Return what a part of a step is multiplied by with all changes."""
    own = [change for change in some if change.loads_itself] if part == LOADER else []
    return math.prod(change.factors[number][part] for change in own or some)
