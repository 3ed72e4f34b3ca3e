"""What the machine was doing while an experiment ran: samples, made into levels, energy and a short curve."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from envdoctor.bench.measurement import Statistics
from envdoctor.bench.verdict import summarise

POINTS = 100
"""Of a curve that is kept: longer runs are averaged over stretches of equal length."""
LEAST = 3
"""Samples within windows: of fewer, the whole experiment's are taken."""
DIGITS = 4
"""Of a number in a curve that count."""
LISTS = frozenset(("held_down_by", "cpu_cores_percent"))
"""Readings that are no single number."""
COUNTERS = frozenset(("energy_joules", "gpu_memory_total_bytes"))
"""Readings whose level says nothing."""
CURVES = (
    "cpu_percent", "cpu_core_percent", "worker_cpus", "memory_used_bytes", "gpu_percent", "gpu_memory_percent",
    "gpu_memory_used_bytes", "power_watts", "temperature_celsius", "clock_mhz",
)  # fmt: skip

Row = tuple[float, Mapping[str, Any]]
"""A moment, in seconds of some steady clock, and the readings: a number, None (the machine has no such reading) or
`{"unknown": reason}`."""
Span = tuple[float, float]


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Levels of what was sampled beside the worker. All percentages are 0 to 100.

    Names of `levels`: `cpu_percent` (all CPUs of the machine), `cpu_core_percent` (the busiest one), `worker_cpus` (how
    many CPUs' worth of time that the worker and its processes got), `load`, `memory_used_bytes`; of a GPU `gpu_percent`
    (time in which a kernel ran), `gpu_memory_percent` (time in which its memory was read or written),
    `gpu_memory_used_bytes` (by all processes), `power_watts`, `temperature_celsius`, `clock_mhz`, `memory_clock_mhz`.
    """

    interval_seconds: float
    """From one sample to the next, as wished; slower where a look costs much."""
    samples: int
    """Of the host, in the whole experiment."""
    covers: str
    """What levels and energy are of: `windows` (those of this side) or `experiment` (there were too few samples in
    windows, or there are none)."""
    levels: dict[str, Statistics | None] = {}
    """None: this machine has no such reading."""
    unknown: dict[str, str] = {}
    """What could not be read, or not to the end, and why; `gpu` stands for all of a GPU's."""
    cores: tuple[float, ...] = ()
    """Mean percentage of each CPU."""
    held_down_by: dict[str, float] = {}
    """What kept the GPU's clocks low → share of the samples."""
    gpu_memory_total_bytes: int | None = None
    found_by: str | None = None
    """What tied torch's GPU to NVML's: `UUID`, `PCI address`, `being the only one`."""
    energy_joules: float | None = None
    """Of the GPU, over what `covers` says."""
    energy_by: str | None = None
    """`counter` (the GPU's own) or `power` (its integral over time)."""
    energy_joules_per_image: float | None = None
    times: tuple[float, ...] = ()
    """Of the curves' points, in seconds from the beginning of the experiment."""
    curves: dict[str, tuple[float | None, ...]] = {}

    def level(self, name: str) -> Statistics | None:
        """Return the level of a reading; None: there is none, or it could not be read."""
        return self.levels.get(name)


class Sampled(msgspec.Struct, frozen=True, kw_only=True):
    """The raw samples of an experiment."""

    began: float
    ended: float
    interval: float
    host: Sequence[Row] = ()
    gpu: Sequence[Row] = ()
    gpu_asked: bool = False
    gpu_problem: str | None = None
    """Why there are no readings, or no more of them."""
    found_by: str | None = None


def usage_of(sampled: Sampled, spans: Sequence[Span] = (), images: int = 0) -> Usage:
    """Make levels, energy and curves of samples.

    Args:
        sampled: the samples.
        spans: the windows that count, in the samples' clock; none: the whole experiment counts.
        images: how many were trained on in those windows.
    """
    counted = [_within(rows, spans, sampled.interval) for rows in (sampled.host, sampled.gpu)]
    of_windows = bool(spans) and len(counted[0]) >= LEAST
    host, gpu = counted if of_windows else (list(sampled.host), list(sampled.gpu))
    levels, unknown = _levels([*host, *gpu])
    if sampled.gpu_problem and sampled.gpu_asked:
        unknown["gpu"] = sampled.gpu_problem
    whole = [(sampled.began, sampled.ended)]
    joules, by = energy(sampled.gpu, spans if of_windows else whole)
    return Usage(
        interval_seconds=sampled.interval,
        samples=len(sampled.host),
        covers="windows" if of_windows else "experiment",
        levels=levels,
        unknown=unknown,
        cores=_cores(host),
        held_down_by=_shares(gpu),
        gpu_memory_total_bytes=_last(gpu, "gpu_memory_total_bytes"),
        found_by=sampled.found_by,
        energy_joules=joules,
        energy_by=by,
        energy_joules_per_image=joules / images if joules is not None and images and of_windows else None,
        **_curves(sampled),
    )


def _within(rows: Sequence[Row], spans: Sequence[Span], interval: float) -> list[Row]:
    """Return the samples that stand for time within the windows: each is of the interval before it."""
    return [row for row in rows if any(begin <= row[0] - interval / 2 <= end for begin, end in spans)]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _levels(rows: Iterable[Row]) -> tuple[dict[str, Statistics | None], dict[str, str]]:
    numbers: dict[str, list[float]] = {}
    reasons: dict[str, str] = {}
    for _, readings in rows:
        for name, value in readings.items():
            if name in LISTS | COUNTERS:
                continue
            found = numbers.setdefault(name, [])
            if isinstance(value, dict):
                reasons[name] = str(value.get("unknown"))
            elif (number := _number(value)) is not None:
                found.append(number)
    levels = {name: summarise(values) for name, values in numbers.items() if values or name not in reasons}
    return levels, reasons


def _cores(rows: Sequence[Row]) -> tuple[float, ...]:
    lists = [readings["cpu_cores_percent"] for _, readings in rows if readings.get("cpu_cores_percent")]
    # CPUs come and go on some virtual machines: no longer the same ones.
    same = [one for one in lists if len(one) == len(lists[0])]
    return tuple(round(statistics.fmean(core), 1) for core in zip(*same, strict=True))


def _shares(rows: Sequence[Row]) -> dict[str, float]:
    lists = [readings["held_down_by"] for _, readings in rows if isinstance(readings.get("held_down_by"), list)]
    counts = Counter(word for words in lists for word in words)
    return {word: round(count / len(lists), 3) for word, count in counts.most_common()}


def _last(rows: Sequence[Row], name: str) -> int | None:
    values = [readings[name] for _, readings in rows if isinstance(readings.get(name), int)]
    return values[-1] if values else None


def energy(rows: Sequence[Row], spans: Sequence[Span]) -> tuple[float | None, str | None]:
    """Return the joules that a GPU took in these stretches of time, and what says so.

    The GPU's own counter is preferred, read between two samples by a straight line; else the power is integrated. A
    stretch that the samples do not reach is not guessed at: then the answer is None.
    """
    counted = _numbers(rows, "energy_joules")
    if len(counted) > 1 and all(a[1] <= b[1] for a, b in itertools.pairwise(counted)):
        parts = [_difference(counted, span) for span in spans]
        if parts and all(part is not None for part in parts):
            return sum(part for part in parts if part is not None), "counter"
    power = _numbers(rows, "power_watts")
    parts = [_integral(power, span) for span in spans]
    if not parts or any(part is None for part in parts):
        return None, None
    return sum(part for part in parts if part is not None), "power"


def _numbers(rows: Sequence[Row], name: str) -> list[tuple[float, float]]:
    found = ((at, _number(readings.get(name))) for at, readings in rows)
    return [(at, value) for at, value in found if value is not None]


def _difference(counted: Sequence[tuple[float, float]], span: Span) -> float | None:
    """Return how far a counter went; beyond the samples it is taken to go on as between the nearest two."""
    if not _reached(counted, span):
        return None
    return _at(counted, span[1]) - _at(counted, span[0])


def _integral(power: Sequence[tuple[float, float]], span: Span) -> float | None:
    """Integrate by trapezia; beyond the samples the nearest value holds."""
    if not _reached(power, span):
        return None
    begin, end = span
    inside = [(at, watts) for at, watts in power if begin < at < end]
    ends = [(at, _at(power, at, flat=True)) for at in span]
    points = [ends[0], *inside, ends[1]]
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(points))


def _reached(points: Sequence[tuple[float, float]], span: Span) -> bool:
    """Say whether the samples reach a stretch, give or take the time between two of them."""
    if len(points) < 2:  # noqa: PLR2004  # one says nothing of the time around it
        return False
    gap = max(b[0] - a[0] for a, b in itertools.pairwise(points))
    return points[0][0] - gap <= span[0] and span[1] <= points[-1][0] + gap


def _at(points: Sequence[tuple[float, float]], moment: float, *, flat: bool = False) -> float:
    """Read a curve between its points by a straight line; outside, along the nearest two, or flat."""
    if flat:
        moment = min(max(moment, points[0][0]), points[-1][0])
    after = next((index for index, point in enumerate(points) if point[0] >= moment and index), len(points) - 1)
    (left, low), (right, high) = points[after - 1], points[after]
    return low if right == left else low + (high - low) * (moment - left) / (right - left)


def _curves(sampled: Sampled) -> dict[str, Any]:
    """Return curves of at most `POINTS` points over the whole experiment: means of stretches of equal length."""
    length = sampled.ended - sampled.began
    points = min(POINTS, max(len(sampled.host), len(sampled.gpu)))
    if length <= 0 or not points:
        return {}
    bins: dict[str, list[list[float]]] = {}
    for at, readings in (*sampled.host, *sampled.gpu):
        place = min(points - 1, max(0, int((at - sampled.began) / length * points)))
        for name in CURVES:
            number = _number(readings.get(name))
            if number is not None:
                bins.setdefault(name, [[] for _ in range(points)])[place].append(number)
    times = tuple(_short((place + 0.5) * length / points) for place in range(points))
    curves = {
        name: tuple(_short(statistics.fmean(values)) if values else None for values in places)
        for name, places in bins.items()
    }
    return {"times": times, "curves": curves}


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
