"""What the groups `parallel` and `ops` add to the table of a series: the sides by name, and the all-reduce by size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from envdoctor.bench.result import Result

SIDES = {
    "reference": "one process",
    "this": "all together",
    "same_threads": "one process with the threads of one of them",
    "all_threads": "one process with the threads of all",
    "equal_in_total": "one process with the loader processes of all",
    "no_workers": "one process without loader processes (an unequal comparison)",
}
MOST_ROWS = 20


def sides(made: tuple[Result, ...]) -> Iterator[str]:
    """Say how fast each side of each comparison of processes was."""
    for one in made:
        if one.group == "parallel" and one.sides:
            parts = [
                f"{SIDES.get(side.name, side.name)} {side.images_per_second:,.0f}{_threads(side.settings)}"
                for side in one.sides
                if side.images_per_second is not None
            ]
            yield f"{one.name} on {one.device}: {', '.join(parts)}"


def _threads(settings: dict[str, Any]) -> str:
    number = settings.get("threads")
    return "" if not isinstance(number, int) else f" ({number} thread{'' if number == 1 else 's'})"


def all_reduce(one: Result) -> Iterator[str]:
    """Say how long a sum over all processes took, size by size."""
    rows = one.values.get("all_reduce")
    for row in rows[:MOST_ROWS] if isinstance(rows, list) else ():
        try:
            size, seconds = row["bytes"] / 1024, row["median_seconds"] * 1e3
            rates = row["algorithm_bytes_per_second"] / 1e9, row["bus_bytes_per_second"] / 1e9
        except (TypeError, KeyError):
            continue  # of another version
        yield f"{size:,.0f} KiB: {seconds:.3g} ms, algorithm {rates[0]:.3g} GB/s, bus {rates[1]:.3g} GB/s"
