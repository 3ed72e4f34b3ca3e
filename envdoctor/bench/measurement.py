"""What a benchmark measured: plain values, as they stand in a report under `measurements`."""

from __future__ import annotations

from typing import Any

import msgspec

from envdoctor.facts import Failure

PASS, FAIL, INTERRUPTED = "PASS", "FAIL", "INTERRUPTED"
SKIP = "SKIP"


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """The images that were used, and what they were taken out of."""

    kind: str
    """`synthetic`, `official` (CIFAR-10), `folders`, `mnist`."""
    synthetic: bool
    """True: built in; an accuracy says that learning works and compares with nothing else."""
    train: int
    test: int
    train_available: int
    test_available: int
    classes: int
    seed: int
    path: str | None = None


class Statistics(msgspec.Struct, frozen=True):
    """Of the seconds per step, without the first step."""

    n: int
    mean: float
    median: float
    p95: float
    minimum: float
    maximum: float


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One forward and backward pass, compared with a reference.

    Differences are relative: the largest of a tensor over the largest element of the reference's.
    None: not a finite number.
    """

    subject: str
    reference: str
    forward: float | None
    backward: float | None
    where: str
    """The tensor that differs most."""
    images: int
    tolerance: float


class Memory(msgspec.Struct, frozen=True):
    """Peaks in bytes; None: nobody counts them there."""

    host_bytes: int | None
    """Resident memory of the worker process, from its start."""
    device_bytes: int | None
    """Tensors on the GPU while training and testing."""


class Proof(msgspec.Struct, frozen=True):
    """One thing that must hold for PASS, whether it does, and the numbers."""

    name: str
    holds: bool
    what: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something else that a training needs, tried for real: half precision, a checkpoint, loader processes."""

    name: str
    verdict: str
    """`PASS`, `FAIL`, `SKIP` (it could not be tried here; says nothing against the machine)."""
    what: str
    """The numbers, or why not, in words."""
    values: dict[str, Any] = {}
    """The numbers, by name with the unit in it."""
    seconds: float = 0.0


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment on one device. What was not reached is None."""

    name: str
    device: str
    """`cpu`, `cuda:0`, …; `cuda` where no single GPU could be named."""
    verdict: str
    """`PASS` or `FAIL`."""
    reason: str
    proofs: tuple[Proof, ...] = ()
    parts: tuple[Part, ...] = ()
    """What was tried beside learning and arithmetic; one that fails costs the PASS."""
    failure: Failure | None = None
    """How the worker ended before its time; None: it did not."""
    device_name: str | None = None
    data: Data | None = None
    batch: int | None = None
    first_step_seconds: float | None = None
    seconds_per_step: tuple[float, ...] = ()
    """Every step but the first, in order. On a GPU by events on the device."""
    statistics: Statistics | None = None
    images_per_second: float | None = None
    """Images of all steps but the first over the wall time of all of them."""
    loss: tuple[float | None, ...] = ()
    """Mean of each batch before its step, the first included; None: not a finite number."""
    correct: int | None = None
    tested: int | None = None
    accuracy: float | None = None
    chance: float | None = None
    """Share of the most frequent class: what naming it every time would get."""
    agreement: tuple[Agreement, ...] = ()
    memory: Memory | None = None
    versions: dict[str, Any] = {}
    threads: int | None = None
    """Intra-op threads, as torch chose them."""
    cpus_used: float | None = None
    """CPU time over wall time while training."""
    cpus: int | None = None
    """CPUs that the worker may use."""
    busy: bool | None = None
    """On a CPU: other work took so much of it that the times say little about the machine."""
    load: tuple[float | None, float | None] = (None, None)
    """Runnable processes, mean of a minute, before and after."""
    stages: dict[str, float] = {}
    """Stage → seconds of wall time, loading torch included."""
    seconds: float = 0.0
    clock: str = ""
    """What the times cover, in words."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run of the benchmark found."""

    preset: str
    python: str
    verdict: str
    """`PASS`, `FAIL`, `INTERRUPTED`."""
    reason: str
    measurements: tuple[Measurement, ...]
    no_gpu: str | None = None
    """Why no GPU was measured; None: one was, or nobody asked."""
    interrupted_at: str | None = None
    """The stage in which Ctrl-C came."""
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 PASS, 1 FAIL, 130 interrupted."""
        return {PASS: 0, FAIL: 1}.get(self.verdict, 130)


def to_builtins(value: msgspec.Struct) -> dict[str, Any]:
    """Turn a result into what JSON can hold."""
    built: dict[str, Any] = msgspec.to_builtins(value)
    return built
