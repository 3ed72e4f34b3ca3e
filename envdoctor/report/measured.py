"""Measurements as formats show them. They are plain dictionaries, from any version: every key may be missing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from envdoctor.report.clean import line
from envdoctor.report.model import Report

MIB = 1 << 20
MISSING = "\N{EN DASH}"
BUSY = {
    "cpu_percent": "all CPUs",
    "cpu_core_percent": "busiest CPU",
    "gpu_percent": "GPU",
    "gpu_memory_percent": "GPU memory",
}
LOSSES = {"train_loss": "training loss", "validation_loss": "validation loss"}
HEADERS = (
    "Device",
    "Result",
    "Images/s",
    "Step, median",
    "Step, p95",
    "Times reference",
    "Peak memory",
    "Accuracy",
    "Loss",
    "Data (training + test)",
)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement. What it does not hold, or holds in another form, is None or empty."""

    label: str
    """The device, short: "cuda:0"."""
    device: str
    """The device with its name."""
    verdict: str
    reason: str
    data: str
    """In words; says so where it is synthetic."""
    synthetic: bool
    images_per_second: float | None
    median: float | None
    """Seconds per step."""
    p95: float | None
    host_bytes: float | None
    device_bytes: float | None
    accuracy: float | None
    chance: float | None
    seconds_per_epoch: float | None = None
    """Wall time of one pass through the training images, projected from the speed."""
    steps: tuple[float, ...]
    """Seconds of each step."""
    loss: tuple[float | None, ...]
    """Of each step; None: not a finite number."""
    proofs: tuple[tuple[bool, str], ...]
    """What had to hold: whether it does, and the numbers."""
    ratio: str = ""
    """How many times as fast as the reference in turns with it: the median, and the range of the rounds."""
    why: str = ""
    """Why it came out as it did."""
    learning: tuple[tuple[str, tuple[float | None, ...]], ...] = ()
    """Losses, in words, and what each was after every epoch. None: not a finite number."""
    parts: tuple[tuple[str, str], ...] = ()
    """What else was tried: PASS, FAIL or SKIP, and the numbers."""
    times: tuple[float, ...] = ()
    """Of the samples of `curves`, in seconds from the beginning."""
    curves: tuple[tuple[str, tuple[float | None, ...]], ...] = ()
    """What was busy, in words, and how much: percentages at `times`. None: no sample then."""

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the texts of a row of a table under `HEADERS`."""
        return (
            self.device,
            self.verdict or MISSING,
            MISSING if self.images_per_second is None else f"{self.images_per_second:,.0f}",
            _milliseconds(self.median),
            _milliseconds(self.p95),
            self.ratio or MISSING,
            self.memory,
            self.accuracy_text,
            self.loss_text,
            self.data or MISSING,
        )

    @property
    def memory(self) -> str:
        """Return the peaks: of the process, and on the GPU where one is counted."""
        parts = [(self.host_bytes, "RAM"), (self.device_bytes, "GPU")]
        return ", ".join(f"{size / MIB:,.0f} MiB {where}" for size, where in parts if size is not None) or MISSING

    @property
    def accuracy_text(self) -> str:
        """Return the accuracy and what guessing would get."""
        if self.accuracy is None:
            return MISSING
        guess = "" if self.chance is None else f" (guessing: {self.chance:.1%})"
        return f"{self.accuracy:.1%}{guess}"

    @property
    def loss_text(self) -> str:
        """Return the loss at the beginning and at the end."""
        if not self.loss:
            return MISSING
        first, last = ("not finite" if value is None else f"{value:.3g}" for value in (self.loss[0], self.loss[-1]))
        return f"{first} → {last}"


def columns(made: Sequence[Measured]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the headers and rows of a table; a column in which nothing stands is left out."""
    cells = [one.cells for one in made]
    kept = [at for at in range(len(HEADERS)) if at == 0 or any(row[at] != MISSING for row in cells)]
    return tuple(HEADERS[at] for at in kept), [tuple(row[at] for at in kept) for row in cells]


def measured(report: Report) -> list[Measured]:
    """Return the measurements of a report."""
    return [_measured(made) for made in report.measurements]


def _measured(made: Mapping[str, Any]) -> Measured:
    statistics, memory, data = (_mapping(made.get(name)) for name in ("statistics", "memory", "data"))
    name = line(str(made.get("device_name") or ""), 200)
    device = line(str(made.get("device") or made.get("name") or "?"), 100)
    # Of a series there are many on one device: each is called by its experiment, too.
    device = f"{line(str(made.get('name')), 60)}, {device}" if made.get("group") else device
    return Measured(
        label=device[:40],
        device=f"{device} ({name})" if name else device,
        verdict=line(str(made.get("verdict") or ""), 40),
        reason=line(str(made.get("reason") or ""), 600),
        data=_data(data),
        synthetic=data.get("synthetic") is True,
        images_per_second=_number(made.get("images_per_second")),
        median=_number(statistics.get("median")),
        p95=_number(statistics.get("p95")),
        host_bytes=_number(memory.get("host_bytes")),
        device_bytes=_number(memory.get("device_bytes")),
        accuracy=_number(made.get("accuracy")),
        chance=_number(made.get("chance")),
        seconds_per_epoch=_number(made.get("seconds_per_epoch")),
        steps=tuple(s for s in map(_number, _list(made.get("seconds_per_step"))) if s is not None),
        loss=tuple(map(_number, _list(made.get("loss")))),
        ratio=_ratio(_mapping(made.get("comparison"))),
        why=line(str(made.get("why") or ""), 600),
        learning=_learning(_mapping(made.get("training"))),
        **_busy(_mapping(made.get("usage"))),
        proofs=tuple(
            (proof.get("holds") is True, line(str(proof.get("what") or proof.get("name") or ""), 400))
            for proof in map(_mapping, _list(made.get("proofs")))
        ),
        parts=tuple(
            (line(str(part.get("verdict") or "?"), 20), line(f"{part.get('name')}: {part.get('what')}", 500))
            for part in map(_mapping, _list(made.get("parts")))
            if part
        ),
    )


def _ratio(comparison: Mapping[str, Any]) -> str:
    median, low, high = (_number(comparison.get(name)) for name in ("median", "low", "high"))
    if median is None:
        return ""
    spread = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return f"{median:.2f}{spread}"


def _learning(training: Mapping[str, Any]) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
    found = ((words, tuple(map(_number, _list(training.get(name))))) for name, words in LOSSES.items())
    return tuple((words, values) for words, values in found if len(values) > 1 and set(values) - {None})


def _busy(usage: Mapping[str, Any]) -> dict[str, Any]:
    times, curves = tuple(map(_number, _list(usage.get("times")))), _mapping(usage.get("curves"))
    if not times or None in times:
        return {}
    found = ((words, tuple(map(_percent, _list(curves.get(name))))) for name, words in BUSY.items())
    return {"times": times, "curves": tuple((w, c) for w, c in found if len(c) == len(times) and set(c) - {None})}


def _percent(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 100 else None  # noqa: PLR2004  # a percentage


def _data(data: Mapping[str, Any]) -> str:
    if not data:
        return ""
    kinds = {"synthetic": "synthetic images", "official": "CIFAR-10", "folders": "own image folders"}
    kind = kinds.get(str(data.get("kind")), line(str(data.get("kind") or "images"), 60))
    train, test = data.get("train"), data.get("test")
    counts = f" ({train:,} + {test:,})" if isinstance(train, int) and isinstance(test, int) else ""
    label = "synthetic: " if data.get("synthetic") is True and not kind.startswith("synthetic") else ""
    return f"{label}{kind}{counts}"


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return MISSING
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def _number(value: Any) -> float | None:
    """Return a finite number, or None for anything else."""
    try:
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        return float(value) if good else None
    except OverflowError:
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
