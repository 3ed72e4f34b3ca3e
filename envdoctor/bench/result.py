"""What an experiment of the benchmark measured: plain values, raw samples included, as they stand in a report."""

from __future__ import annotations

from typing import Any

import msgspec

from envdoctor.bench.measurement import Data, Memory, Statistics
from envdoctor.bench.usage import Usage
from envdoctor.facts import Failure
from envdoctor.findings import Finding
from envdoctor.measurements import Explanation

DONE, FAILED, SKIPPED = "DONE", "FAILED", "SKIPPED"
GAIN, LOSS, NOISE, UNSTABLE = "gain", "loss", "noise", "unstable"


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the machine at one moment. What nobody tells is None."""

    load: float | None = None
    """Runnable processes, mean of a minute."""
    cpu_share: float | None = None
    """Share of one CPU that a busy loop got, 0 to 1; below 0.9, times say little about the machine."""
    cpus: int | None = None
    """CPUs that the worker may use, by affinity."""
    quota_cpus: float | None = None
    """CPUs that the control group grants; None: no limit is known."""
    throttled: int | None = None
    """How often the control group has stopped its processes so far."""
    cpu_mhz: float | None = None
    temperature_c: float | None = None


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Many steps of one side without a pause. Raw seconds of each step, in order."""

    side: str
    """`this` or `reference`; in the group `loader`: `loader`, `step` or `both`."""
    round: int
    """Counted from 0. In a round every side has one window, one right after the other."""
    steps: int
    images: int
    seconds: float
    """Wall time of the counted steps, the device waited for at both ends."""
    cpu_seconds: float
    """CPU time of the worker process without its loader's processes."""
    step: tuple[float, ...]
    """Of each whole step, on the host."""
    loader: tuple[float, ...] = ()
    """Of each step: waiting for its batch."""
    transfer: tuple[float, ...] = ()
    """Of each step: the host's part of copying the batch to the device."""
    host: tuple[float, ...] = ()
    """Of each step: forward to optimizer, until the calls return. On a CPU this is the whole arithmetic; on a
    GPU it is the dispatch."""
    device: tuple[float, ...] = ()
    """Of each step on a GPU, by its own events; empty on a CPU."""
    began: float | None = None
    """Seconds from the beginning of the experiment, by envdoctor's clock."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the settings compared, over all its windows."""

    name: str
    settings: dict[str, Any]
    first_step_seconds: float | None = None
    """The first use of everything: loader processes started, memory reserved, code compiled."""
    statistics: Statistics | None = None
    """Of seconds per step without the first and the warm-up."""
    phases: dict[str, Statistics] = {}
    """`loader`, `transfer`, `host`, `device`: of the raw seconds of each."""
    images_per_second: float | None = None
    """Median over the rounds."""
    cpu_seconds_per_image: float | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How much faster than the reference, by interleaved rounds."""

    ratios: tuple[float, ...]
    """Of each round: images per second of this over those of the reference."""
    median: float
    low: float
    high: float
    verdict: str
    """`gain`, `loss`, `noise` (no difference beyond the spread) or `unstable` (the rounds disagree)."""
    reason: str


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """A training from fresh weights, and its test."""

    epochs: float
    steps: int
    seconds: float
    """Wall time of training alone; testing and preparing the data are left out."""
    cpu_seconds: float
    prepare_seconds: float
    """Normalising and placing the data, before the clock."""
    train_loss: tuple[float | None, ...]
    """Of each epoch: the sum of the batches' means over the number of batches. None: not a finite number."""
    test_loss: float | None
    """Sum over the images, over their number."""
    correct: int
    tested: int
    accuracy: float
    class_accuracy: dict[str, float] = {}
    validation_loss: tuple[float | None, ...] = ()
    """Of each epoch: of training images that were held back, the sum over them over their number."""
    validation_accuracy: tuple[float, ...] = ()
    """Of the same, 0 to 1."""
    train_images: int | None = None
    """Without those held back; None: not told."""
    validation_images: int = 0


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment on one device."""

    name: str
    """As in the list of experiments: `ladder.batch_32`."""
    group: str
    device: str
    """`cpu`, `cuda:0`, …"""
    device_name: str | None = None
    verdict: str
    """`DONE`, `FAILED` (what was measured before stays), `SKIPPED`."""
    reason: str = ""
    failure: Failure | None = None
    """How its worker or its code ended before the time."""
    question: str = ""
    changes: str = ""
    held: str = ""
    settings: dict[str, Any] = {}
    sides: tuple[Side, ...] = ()
    windows: tuple[Window, ...] = ()
    """Raw."""
    comparison: Comparison | None = None
    training: Training | None = None
    values: dict[str, Any] = {}
    """Figures of the groups `machine` and `memory`, by name with the unit in it; lists are raw samples."""
    before: Host = Host()
    after: Host = Host()
    data: Data | None = None
    memory: Memory | None = None
    usage: Usage | None = None
    """What host and GPU were doing meanwhile, sampled beside the worker; None: nothing was sampled."""
    threads: int | None = None
    threads_reason: str = ""
    versions: dict[str, Any] = {}
    seconds_per_epoch: float | None = None
    """Images of the training set over `images_per_second`: a projection, where no whole epoch was run."""
    batch: int | None = None
    images_per_second: float | None = None
    statistics: Statistics | None = None
    accuracy: float | None = None
    seconds: float = 0.0
    clock: str = ""
    why: str = ""
    """One sentence: why it came out as it did."""

    def side(self, name: str = "this") -> Side | None:
        """Return one of the sides."""
        return next((side for side in self.sides if side.name == name), None)


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run of many experiments found."""

    preset: str
    python: str
    verdict: str
    """`PASS` (every experiment came to its end or was skipped for a reason), `FAIL`, `INTERRUPTED`."""
    reason: str
    measurements: tuple[Result, ...]
    notes: tuple[str, ...] = ()
    """What was left out or could not be kept, and why."""
    seconds: float = 0.0
    primary: str | None = None
    """Code of the finding that costs most; None: none is worse than a note."""
    findings: tuple[Finding, ...] = ()
    explanation: Explanation | None = None
    """Where a step goes, who is faster from where on, what to change; None: nobody asked."""

    @property
    def exit_code(self) -> int:
        """0 PASS, 1 FAIL, 130 interrupted."""
        return {"PASS": 0, "FAIL": 1}.get(self.verdict, 130)


CLOCK = (
    "A window covers getting a batch, copying it to the device, forward, loss, backward, the optimizer's step and, "
    "where the settings say so, reading the loss. It leaves out loading torch, decoding images, the first step and "
    "the warm-up. On a GPU the device is waited for only at the ends of a window."
)
