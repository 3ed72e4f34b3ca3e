"""What a series of experiments measured, as the checks `BEN` read it, and what follows from it.

The names of `Measured` are those of the benchmark's JSON, and so are the places in the list: what a finding shows as
`measurements.3.comparison.median` stands there. All times are seconds. `None`: it was not measured.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Times(msgspec.Struct, frozen=True):
    """Seconds per step, the first and the warm-up left out."""

    n: int
    mean: float
    median: float
    p95: float
    minimum: float
    maximum: float


class MeasuredSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of the settings that took turns."""

    name: str
    """`this`, `reference`; of a loader's experiment `loader`, `step`, `both`."""
    settings: dict[str, Any] = {}
    first_step_seconds: float | None = None
    statistics: Times | None = None
    phases: dict[str, Times] = {}
    """`loader`, `transfer`, `host`, `device`."""
    images_per_second: float | None = None


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """How many times as fast as the reference, by interleaved rounds."""

    ratios: tuple[float, ...] = ()
    median: float
    low: float
    high: float
    verdict: str
    """`gain`, `loss`, `noise`, `unstable`."""


class MeasuredTraining(msgspec.Struct, frozen=True, kw_only=True):
    """A training from fresh weights, and its test."""

    epochs: float
    train_loss: tuple[float | None, ...] = ()
    test_loss: float | None = None
    tested: int = 0
    accuracy: float = 0.0


class MeasuredHost(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the machine at one moment."""

    load: float | None = None
    cpu_share: float | None = None
    """Share of one CPU that a busy loop got."""
    cpus: int | None = None
    quota_cpus: float | None = None
    throttled: int | None = None
    """How often the control group has stopped its processes so far."""
    cpu_mhz: float | None = None
    temperature_c: float | None = None


class MeasuredUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What was sampled beside the worker; the names of `levels` are those of `envdoctor.bench.usage.Usage`."""

    levels: dict[str, Times | None] = {}
    held_down_by: dict[str, float] = {}
    """What kept the GPU's clocks low → share of the samples."""
    gpu_memory_total_bytes: int | None = None


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment on one device."""

    name: str
    group: str
    device: str
    device_name: str | None = None
    verdict: str
    """`DONE`, `FAILED`, `SKIPPED`."""
    reason: str = ""
    settings: dict[str, Any] = {}
    """What differs from the textbook's recipe."""
    sides: tuple[MeasuredSide, ...] = ()
    comparison: Rounds | None = None
    training: MeasuredTraining | None = None
    values: dict[str, Any] = {}
    before: MeasuredHost = MeasuredHost()
    after: MeasuredHost = MeasuredHost()
    usage: MeasuredUsage | None = None
    threads: int | None = None
    batch: int | None = None
    images_per_second: float | None = None

    def side(self, name: str = "this") -> MeasuredSide | None:
        """Return one of the sides."""
        return next((side for side in self.sides if side.name == name), None)


class Spread(msgspec.Struct, frozen=True):
    """A figure, and between which two it lies (nine in ten of resampled rounds, or all rounds)."""

    value: float
    low: float
    high: float


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of a training step by its batch: `fixed + per_image * batch`, from a net's own experiment."""

    experiment: str
    """`fit.textbook`."""
    parameters: int | None = None
    fixed: Spread
    """Seconds that a step takes whatever its batch."""
    per_image: Spread
    """Seconds of arithmetic that each image adds."""
    equal_batch: Spread
    """The batch at which both cost the same."""
    misfit: float
    """The largest distance of a batch's time from the line, as a share of that time."""
    misfit_batch: int
    clock: str
    """`cpu` (time of the process) or `wall`."""
    operators: int | None = None
    """Of one step, by the profiler."""
    dispatch: float | None = None
    """Seconds to start the smallest operator."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Where a part of a step's wall time goes."""

    name: str
    """`loader`, `transfer`, `dispatch`, `arithmetic`, `other programs`, `device`, `unexplained`."""
    seconds: float
    """Per step."""
    share: Spread
    """Of the step's wall time. That of `unexplained` is what the others leave, and below 0 where they overlap."""
    how: str
    """What it was measured by."""


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the textbook's recipe on one device, taken apart."""

    device: str
    device_name: str | None = None
    batch: int
    step_seconds: float
    """Mean wall time of a step, over all windows of the reference."""
    steps: int
    rounds: int
    parts: tuple[Part, ...]
    """The largest first; `unexplained` last."""
    fit: Fit | None = None
    said: tuple[str, ...] = ()
    """What follows, in sentences with their numbers."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the map: a net at a batch on a device."""

    net: str
    width: int
    """Channels of the first convolution."""
    parameters: int
    batch: int
    where: str
    """`1 CPU thread`, `2 CPU threads`, `cuda:0`."""
    per_image: Spread
    """Seconds."""


class Crossover(msgspec.Struct, frozen=True, kw_only=True):
    """Time per image over batch, width and device: who is faster, and from where on."""

    title: str
    cells: tuple[Cell, ...]
    said: tuple[str, ...]
    """On which side the textbook's net lies and why; from which batch on the other side wins."""
    not_measured: str = ""
    """Why a side is missing."""


class Advised(msgspec.Struct, frozen=True, kw_only=True):
    """One change that was measured to be a gain."""

    experiment: str
    changes: str
    ratio: Spread
    settings: dict[str, Any]


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """The changes that gain most on a device, what they were expected to bring together, and what they brought."""

    device: str
    chosen: tuple[Advised, ...]
    forecast: Spread
    """Times as fast as the textbook's recipe."""
    product: float
    """The ratios multiplied: what it would be if none acted on what another has already shortened."""
    outcome: Spread | None = None
    """Measured with all of them; None: not yet, or it failed."""
    error: float | None = None
    """(forecast - outcome) / outcome."""
    rejected: tuple[str, ...] = ()
    """Faster rows that are no advice, and why."""
    remarks: tuple[str, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What a series says of itself."""

    attribution: tuple[Attribution, ...] = ()
    crossover: Crossover | None = None
    advice: tuple[Advice, ...] = ()
