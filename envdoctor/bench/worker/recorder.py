"""What happened in each training step: a step ends with `optimizer.step()`.

A step's time is split at what the hooks see: the wait for the batch, from there to `backward()` (forward), the
backward pass, the optimizer, and what lies between a step and the next batch (evaluation, checkpoints, plots).
Reading values out of tensors and saving are counted where they happen, and taken out of the part that they lie in.
"""

from __future__ import annotations

import math
import time
from typing import Any

WARM_STEPS = 3
"""Steps at the beginning that are told apart: caches, allocators, compilation."""
MOST_STEPS = 20_000
PARTS = ("loader", "forward", "backward", "optimizer", "between", "read", "save", "evaluate")


class EnoughError(BaseException):
    """Enough was seen; ends the script. No `except Exception` of the script's holds it up."""


class Recorder:
    """Keeps the account. All times are seconds of `time.perf_counter`."""

    def __init__(self, seconds: float, limit: float, least_steps: int) -> None:
        self.began = time.perf_counter()
        self._seconds, self._limit, self._least = seconds, limit, least_steps
        self.steps = []  # type: list[dict[str, float]]
        self.first_seconds = 0.0
        self.losses = []  # type: list[float]
        self.bad_losses = 0
        self.loader = None  # type: Any
        self.loaders = {}  # type: dict[int, int]
        self.optimizer = None  # type: Any
        self.reads = {}  # type: dict[str, list[float]]
        self.saves = {}  # type: dict[str, list[float]]
        self.shapes = set()  # type: set[str]
        self.after_step = []  # type: list[Any]
        self.paused = False
        self.closed = False
        """The script is over: what still happens is ours."""
        self._open()
        self._end = self.began
        self._training_began = 0.0

    def _open(self) -> None:
        self._row = dict.fromkeys(PARTS, 0.0)
        self._mark = time.perf_counter()
        self._taken = 0.0
        self._batch = None  # type: tuple[float, float, float] | None
        self._cpu = time.process_time()

    def took_batch(self, loader: Any, began: float, ended: float) -> None:
        """Note that a loader gave a batch."""
        if self.closed:
            return
        if loader is not None:
            self.loaders[id(loader)] = self.loaders.get(id(loader), 0) + 1
        self._batch = (began, ended, self._taken)
        self._batch_loader = loader
        self._enough(ended)

    def began_backward(self, began: float) -> None:
        """`backward()` is entered: what came before it was forward, and before the batch, something else."""
        if self._batch is None:
            self._row["forward"] += max(0.0, began - self._mark - self._taken)
        else:
            got, given, taken = self._batch
            self._row["between"] += max(0.0, got - self._mark - taken)
            self._row["loader"] += given - got
            self._row["forward"] += max(0.0, began - given - (self._taken - taken))
            if self.loader is None and self._batch_loader is not None:
                self.loader = self._batch_loader
        self._batch = None

    def ended_backward(self, began: float, ended: float, loss: float | None) -> None:
        """`backward()` came back."""
        self._row["backward"] += ended - began
        self._mark, self._taken = ended, 0.0
        if loss is not None:
            if math.isfinite(loss):
                self.losses.append(loss)
            else:
                self.bad_losses += 1

    def ended_step(self, optimizer: Any, began: float, ended: float) -> None:
        """`optimizer.step()` came back: a step is over."""
        if self.optimizer is None:
            self.optimizer = optimizer
        self._row["optimizer"] += ended - began
        # Clipping of gradients and the like.
        self._row["backward"] += max(0.0, began - self._mark - self._taken)
        if optimizer is not self.optimizer:
            self._mark, self._taken = ended, 0.0
            return
        self._row["seconds"] = ended - self._end
        self._row["cpu"] = time.process_time() - self._cpu
        self._end = ended
        if not self._training_began:
            self._training_began = ended
            self.first_seconds = self._row["seconds"]
        if len(self.steps) < MOST_STEPS and not self.paused:
            self.steps.append(self._row)
        for call in self.after_step:
            call()
        self._open()
        self._end = self._mark
        self._enough(self._end)

    def note_read(self, place: str, seconds: float) -> None:
        """Note that a value was read out of a tensor."""
        self._add(self.reads, place, seconds)
        self._row["read"] += seconds
        self._taken += seconds

    def note_start(self, seconds: float) -> None:
        """Note that a loader began or ended an epoch, which starts and ends its workers."""
        if not self.closed:
            self._row["loader"] += seconds
            self._taken += seconds

    def note_evaluation(self, seconds: float) -> None:
        """Note that the script computed without gradients."""
        self._row["evaluate"] += seconds
        self._taken += seconds

    @property
    def taken(self) -> float:
        """Seconds of this part that are accounted for already."""
        return self._taken

    def note_save(self, place: str, seconds: float) -> None:
        """Something was written with `torch.save`."""
        self._add(self.saves, place, seconds)
        self._row["save"] += seconds
        self._taken += seconds

    @staticmethod
    def _add(table: dict[str, list[float]], place: str, seconds: float) -> None:
        row = table.setdefault(place, [0.0, 0.0])
        row[0] += 1
        row[1] += seconds

    def _enough(self, now: float) -> None:
        if now - self.began > self._limit:
            raise EnoughError
        trained = now - self._training_began if self._training_began else 0.0
        if trained > self._seconds and len(self.steps) >= self._least:
            raise EnoughError
