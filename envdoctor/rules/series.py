"""What checks ask of a series of experiments: rows by name, gains that every round shows, accuracies that fell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from envdoctor.measurements import Attribution, Cell, Explanation, Measured, Spread, Times

DONE = "DONE"
TEXTBOOK = "ladder.textbook"
GAIN, LOSS = "gain", "loss"
RECIPE = frozenset(
    ("net", "lr", "momentum", "nesterov", "weight_decay", "schedule", "label_smoothing", "augment")
)  # fmt: skip
"""Settings that change what is learnt, and not only how fast."""
TOLD = frozenset(("amp_reason",))
"""Settings that are a remark."""
LEAST_FALL = 0.02
"""Of the accuracy: late epochs of one and the same recipe differ by one to two points."""
SIGMAS = 3.0
SMALL = 4
"""Batch up to which the map's steps are mostly calls."""

Series = Sequence[Measured]


def devices(made: Series) -> list[str]:
    """Return the devices on which something was measured, the CPU first."""
    return sorted({one.device for one in made if one.verdict == DONE}, key=lambda name: (name != "cpu", name))


def row(made: Series, name: str, device: str) -> tuple[int, Measured] | None:
    """Return the place and the result of an experiment that came to its end."""
    rows = ((at, one) for at, one in enumerate(made) if one.name == name and one.device == device)
    return next(((at, one) for at, one in rows if one.verdict == DONE), None)


def gains(one: Measured, least: float) -> bool:
    """Say whether every round shows a gain, and the median at least so many times the reference's speed."""
    return one.comparison is not None and one.comparison.verdict == GAIN and one.comparison.median >= least


def loses(one: Measured, most: float) -> bool:
    """Say whether every round shows a loss, and the median at most so many times the reference's speed."""
    return one.comparison is not None and one.comparison.verdict == LOSS and one.comparison.median <= most


def ratio(one: Measured) -> str:
    """Return "1.42 times (1.38 to 1.45)"."""
    c = one.comparison
    return "" if c is None else f"{digits(c.median)} times ({digits(c.low)} to {digits(c.high)})"


def digits(value: float) -> str:
    """Return two places, and of small numbers two digits: 1.42, 0.013."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"  # noqa: PLR2004  # 0.01 would hide what it is


def changes(one: Measured) -> dict[str, Any]:
    """Return the settings in which a row differs from its reference."""
    beside = one.side("reference")
    before: Mapping[str, Any] = beside.settings if beside is not None else {}
    return {key: value for key, value in one.settings.items() if key not in TOLD and before.get(key) != value}


def beside_textbook(settings: Mapping[str, Any]) -> bool:
    """Say whether the settings of a reference are the textbook's: nothing but the number of threads is named."""
    return not settings.keys() - {"threads"}


def phase(one: Measured, side: str, name: str) -> Times | None:
    """Return the seconds of a part of a side's steps."""
    found = one.side(side)
    return found.phases.get(name) if found is not None else None


def trained(made: Series, device: str) -> tuple[int, Measured] | None:
    """Return the textbook's recipe where it was trained and tested."""
    found = row(made, TEXTBOOK, device)
    return found if found is not None and found[1].training is not None else None


def accuracy_falls(one: Measured, reference: Measured) -> bool:
    """Say whether a row's accuracy lies below the reference's by more than chance and the wobble of late epochs.

    Both must have been trained equally long: otherwise nothing can be said.
    """
    mine, other = one.training, reference.training
    if mine is None or other is None or mine.epochs != other.epochs or mine.tested <= 0 or other.tested <= 0:
        return False
    shares = [min(1.0, max(0.0, part.accuracy)) for part in (mine, other)]
    error = math.sqrt(sum(p * (1 - p) / n for p, n in zip(shares, (mine.tested, other.tested), strict=True)))
    return shares[1] - shares[0] > max(LEAST_FALL, SIGMAS * error)


def number(values: Mapping[str, Any], name: str) -> float | None:
    """Return a positive figure of an experiment; None: it has none."""
    value = values.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
        return None
    return float(value)


def attributions(explanation: Explanation | None) -> Iterator[tuple[int, Attribution]]:
    """Yield place and attribution of each device."""
    yield from enumerate(explanation.attribution if explanation is not None else ())


def part(found: Attribution, name: str) -> tuple[int, Spread] | None:
    """Return the place and the share of a part of a step."""
    return next(((at, one.share) for at, one in enumerate(found.parts) if one.name == name), None)


def shown(made: Series, *paths: str) -> dict[str, Any]:
    """Return the evidence for paths like `3.comparison.median`: those that lead to a figure, with it."""
    evidence: dict[str, Any] = {}
    for path in paths:
        at: Any = made
        for name in path.split("."):
            if isinstance(at, list | tuple):
                at = at[int(name)] if name.isdigit() and int(name) < len(at) else None
            else:
                at = at.get(name) if isinstance(at, dict) else getattr(at, name, None)
        if at is not None:
            evidence[f"measurements.{path}"] = list(at) if isinstance(at, tuple) else at
    return evidence


def proof(at: int, more: Sequence[str] = ("comparison.median", "comparison.verdict")) -> list[str]:
    """Return paths of one experiment."""
    return [f"{at}.{path}" for path in more]


def level(one: Measured, name: str) -> Times | None:
    """Return the level of a reading that was sampled meanwhile; None: it was not."""
    return one.usage.levels.get(name) if one.usage is not None else None


def per_image(values: Mapping[str, Any]) -> list[tuple[int, float]]:
    """Return batch and seconds per image of the rows of an experiment of the group `memory`."""
    rows = values.get("rows")
    found = []
    for one in rows if isinstance(rows, list) else []:
        batch, seconds = (number(one, name) for name in ("batch", "seconds")) if isinstance(one, dict) else (None, None)
        if batch is not None and seconds is not None:
            found.append((int(batch), seconds / batch))
    return found


def wrap(one: Measured) -> str | None:
    """Return how several processes or GPUs were used: `ddp`, `data_parallel`; None: not at all."""
    this = one.side()
    told = (this.settings.get("wrap") if this is not None else None) or one.settings.get("wrap")
    return told if isinstance(told, str) else None


def many_are_slower(cells: Sequence[Cell]) -> bool:
    """Say whether the map shows several threads behind one, beyond the spread, at most small batches, ahead at none."""
    pairs = _threads(cells, small=True)
    behind = sum(many.per_image.low > one.per_image.high for one, many in pairs)
    return behind > len(pairs) / 2 and not any(many.per_image.high < one.per_image.low for one, many in pairs)


def many_are_faster(cells: Sequence[Cell]) -> int:
    """Return at how many places of the larger batches several threads are ahead of one, beyond the spread."""
    return sum(many.per_image.high < one.per_image.low for one, many in _threads(cells, small=False))


def _threads(cells: Sequence[Cell], *, small: bool) -> list[tuple[Cell, Cell]]:
    """Return the places of the map with one and with several threads: those of batches up to 4, or of the others."""
    alone = {(cell.net, cell.batch): cell for cell in cells if cell.where == "1 CPU thread"}
    several = (cell for cell in cells if cell.where.endswith("CPU threads") and (cell.batch <= SMALL) is small)
    return [(alone[cell.net, cell.batch], cell) for cell in several if (cell.net, cell.batch) in alone]
