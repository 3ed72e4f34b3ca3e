"""Figures out of what was recorded: statistics of steps, tables of places, shares of the CPUs."""

from __future__ import annotations

import math
import statistics
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


def error_told(error: BaseException, trace: TracebackType | None) -> str:
    """Return what was raised, and the last line that it passed through."""
    last = traceback.extract_tb(trace)[-1:] if trace else []
    where = " (%s:%s)" % (Path(last[0].filename).name, last[0].lineno) if last else ""
    return "%s: %s%s" % (type(error).__name__, " ".join(str(error).split())[:500], where)


def statistics_of(values: list[float]) -> dict[str, float] | None:
    """Return n, mean, median, 95th percentile, least and most."""
    if not values:
        return None
    ordered = sorted(values)
    return {
        "n": len(values),
        "mean": round(statistics.fmean(values), 7),
        "median": round(statistics.median(values), 7),
        "p95": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 7),
        "min": round(ordered[0], 7),
        "max": round(ordered[-1], 7),
    }


def trend(steps: list[dict[str, float]]) -> float | None:
    """Return the median step of the last quarter over that of the first."""
    quarter = len(steps) // 4
    if quarter < 3:  # noqa: PLR2004  # fewer show no trend
        return None
    first = statistics.median(row["seconds"] for row in steps[:quarter])
    last = statistics.median(row["seconds"] for row in steps[-quarter:])
    return round(last / first, 4) if first else None


def work_steps(steps: list[dict[str, float]]) -> float | None:
    """Return the share of steps in which a tenth of the time and more went into something else than training."""
    if not steps:
        return None
    busy = sum(row["between"] + row["save"] + row["evaluate"] > 0.1 * row["seconds"] for row in steps)
    return round(busy / len(steps), 4)


def table(places: dict[str, list[float]], steps: int) -> list[dict[str, Any]]:
    """Return the ten places that cost most: calls per step, and their seconds in all."""
    rows = sorted(places.items(), key=lambda item: -item[1][1])[:10]
    return [
        {"place": place, "per_step": round(count / max(1, steps), 4), "seconds": round(seconds, 6)}
        for place, (count, seconds) in rows
    ]


def shares(looked: list[dict[str, float]]) -> dict[str, float] | None:
    """Return the CPUs that this process and its children used, and those that others used."""
    if len(looked) < 2 or looked[-1]["wall"] - looked[0]["wall"] < 0.5:  # noqa: PLR2004  # too short to tell
        return None
    wall = looked[-1]["wall"] - looked[0]["wall"]
    own = (looked[-1]["own"] - looked[0]["own"]) / wall
    children = (looked[-1]["children"] - looked[0]["children"]) / wall
    every = (looked[-1]["all"] - looked[0]["all"]) / wall - children
    waiting = max(0.0, looked[-1]["waited"] - looked[0]["waited"]) / wall
    return {"own": round(own, 3), "others": round(max(0.0, every - own), 3), "waiting": round(waiting, 3),
            "children": round(max(0.0, children), 3)}  # fmt: skip


def difference(values: list[Any]) -> int | None:
    """Return the last known value less the first."""
    known = [value for value in values if value is not None]
    return known[-1] - known[0] if len(known) > 1 else None


def thinned(values: list[float]) -> list[float]:
    """Return about sixty of the values, in their order."""
    stride = max(1, len(values) // 60)
    return values[::stride]
