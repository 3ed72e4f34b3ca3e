"""Takes a step of the textbook's recipe apart: where its wall time goes, and what nothing explains. Pure.

Wall time is the largest of loader, calls of operators, copies and device work, and what of the others does not
overlap with it. Waits for the loader and copies are measured in the step itself. The line of the experiment `fit`
tells what the calls cost (its fixed part) and what the arithmetic does (its slope). On a CPU, wall time in which the
process neither computed nor waited for its loader went to other programs. What is left is called unexplained.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from envdoctor.bench.attribution_words import sentences
from envdoctor.bench.fit import GROUP, INSIDE, fit_of
from envdoctor.bench.result import DONE, Result, Window
from envdoctor.measurements import Attribution, Fit, Measured, Part, Spread
from envdoctor.rules.series import TEXTBOOK, beside_textbook

RESAMPLES = 400
LOADER, TRANSFER, DISPATCH = "loader", "transfer", "dispatch"
ARITHMETIC, OTHERS, UNEXPLAINED = "arithmetic", "other programs", "unexplained"
HOW = {
    LOADER: "the step's own clock: waiting for the batch",
    TRANSFER: "the step's own clock: copying the batch to the device",
    DISPATCH: "the fixed part of the line through batches 1 to 256",
    ARITHMETIC: "the slope of that line, times the batch",
    OTHERS: "wall time in which the process neither computed nor waited for its loader; at least that",
    UNEXPLAINED: "what the other parts leave",
}

Seconds = dict[str, float]


def attribution(results: Sequence[Result], made: Sequence[Measured], device: str) -> Attribution | None:
    """Return where a step of the textbook's recipe goes on a device; None: that recipe was not measured there.

    Args:
        results: of the whole series, with their raw windows.
        made: the same as the checks see them.
        device: `cpu`, `cuda:0`, …
    """
    windows = reference_windows(results, device)
    if not windows:
        return None
    batch = round(windows[0].images / windows[0].steps)
    fit = fit_for(made, device)
    threads = next((one.threads for one in made if one.name == TEXTBOOK and one.device == device), 1)
    alone = device == "cpu" and threads == 1
    found = Attribution(
        device=device,
        device_name=next((one.device_name for one in made if one.device == device), None),
        batch=batch,
        step_seconds=sum(w.seconds for w in windows) / sum(w.steps for w in windows),
        steps=sum(w.steps for w in windows),
        rounds=len(windows),
        parts=_parts(windows, batch, fit, alone=alone),
        fit=fit,
    )
    said = list(sentences(found, [one for one in made if one.device == device]))
    if device == "cpu" and fit is not None and threads not in (1, None):
        said.append(
            f"The line was measured with 1 thread and the recipe ran with {threads}, which share the arithmetic: "
            "that part is too large by what they save, and the unexplained part too small."
        )
    return msgspec.structs.replace(found, said=tuple(said))


def reference_windows(results: Sequence[Result], device: str) -> list[Window]:
    """Return all windows of the textbook's recipe: its own, and those that took turns with rows of the ladder."""
    mine = [one for one in results if one.group == "ladder" and one.device == device]
    sides = [(one, one.side("this" if one.name == TEXTBOOK else "reference")) for one in mine]
    return [
        window
        for one, side in sides
        if side is not None and beside_textbook(side.settings)
        for window in one.windows
        if window.side == side.name and window.steps > 0 and window.seconds > 0
    ]


def fit_for(made: Sequence[Measured], device: str, net: str = "textbook") -> Fit | None:
    """Return the line of a net on a device."""
    mine = (one for one in made if one.name == f"{GROUP}.{net}" and one.device == device and one.verdict == DONE)
    return next((fit for fit in map(fit_of, mine) if fit is not None), None)


def _parts(windows: Sequence[Window], batch: int, fit: Fit | None, *, alone: bool) -> tuple[Part, ...]:
    draw = random.Random(0)  # noqa: S311  # no secret
    sums = [_Sums(w.steps, w.seconds, sum(w.loader), sum(w.transfer), w.cpu_seconds) for w in windows]
    best, wall = _split(sums, batch, None if fit is None else (fit.fixed.value, fit.per_image.value), alone=alone)
    shares: dict[str, list[float]] = {name: [] for name in best}
    for _ in range(RESAMPLES):
        drawn = draw.choices(sums, k=len(sums))
        some = None if fit is None else tuple(draw.uniform(s.low, s.high) for s in (fit.fixed, fit.per_image))
        parts, whole = _split(drawn, batch, some, alone=alone)
        for name, seconds in parts.items():
            shares[name].append(seconds / whole)
    made = [
        Part(name=name, seconds=seconds, share=_spread(seconds / wall, shares[name]), how=HOW[name])
        for name, seconds in best.items()
    ]
    return tuple(sorted(made, key=lambda part: (part.name == UNEXPLAINED, -part.seconds)))


class _Sums(NamedTuple):
    """Of a window, over its steps; all but the first in seconds."""

    steps: int
    wall: float
    loader: float
    transfer: float
    cpu: float


def _split(sums: Sequence[_Sums], batch: int, line: tuple[float, ...] | None, *, alone: bool) -> tuple[Seconds, float]:
    """Return the seconds of each part per step, and those of the whole step."""
    steps = sum(one.steps for one in sums)
    wall = sum(one.wall for one in sums) / steps
    parts = {LOADER: sum(one.loader for one in sums) / steps, TRANSFER: sum(one.transfer for one in sums) / steps}
    if line is not None:
        parts[DISPATCH], parts[ARITHMETIC] = line[0], line[1] * batch
    if alone:
        used = sum(one.cpu for one in sums) / steps
        parts[OTHERS] = max(0.0, wall - used - parts[LOADER])
    parts[UNEXPLAINED] = wall - sum(parts.values())
    return parts, wall


def _spread(value: float, resampled: Sequence[float]) -> Spread:
    ordered = sorted(resampled)
    cut = int((1 - INSIDE) / 2 * len(ordered))
    return Spread(value, min(value, ordered[cut]), max(value, ordered[-1 - cut]))
