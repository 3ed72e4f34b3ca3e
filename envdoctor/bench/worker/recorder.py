"""What happened in each training step: a step ends with `optimizer.step()`, or with `backward()` where no optimizer is.

A step's time is split at what the hooks see: the wait for the batch, from there to `backward()` (forward), the
backward pass, the optimizer, and what lies between a step and the next batch (evaluation, checkpoints, plots).
Reading values out of tensors and saving are counted where they happen, and taken out of the part that they lie in.
Of many short steps only some are listened to, in groups between which the hooks rest: so that watching costs little.
"""

from __future__ import annotations

import math
import time
from typing import Any

from .pace import GROUP, RESTED_AFTER, Pace

WARM_STEPS = 3
"""Steps at the beginning that are told apart: caches, allocators, compilation."""
MOST_STEPS = 20_000
WITHOUT_OPTIMIZER = 33
"""Backward passes without a step of an optimizer, after which each of them counts as a step."""
GIVEN_UP_AFTER = 20
"""Steps of other optimizers, after which the first one is taken to be used no more."""
PARTS = ("loader", "forward", "backward", "optimizer", "between", "read", "save", "evaluate")


class EnoughError(BaseException):
    """Enough was seen; ends the script. No `except Exception` of the script's holds it up."""


class Evaluation:
    """A part of the script that computes without gradients."""

    def __init__(self, began: float, taken: float, batches: int) -> None:
        self.began, self.taken, self.batches = began, taken, batches
        self.reads = []  # type: list[tuple[str, float]]


class Recorder:
    """Keeps the account. All times are seconds of `time.perf_counter`."""

    def __init__(self, seconds: float, limit: float, least_steps: int) -> None:
        self.begin(seconds, limit, least_steps)

    def begin(self, seconds: float, limit: float, least_steps: int) -> None:
        """Forget everything and begin, as a forked process does."""
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
        self.shapes = set()  # type: set[tuple[int, ...]]
        self.after_step = []  # type: list[Any]
        self.may_end = lambda: True  # type: Any
        """Asked when the time is over, again and again until it agrees."""
        self.at_step = lambda _optimizer, _frame: None  # type: Any
        """Told an optimizer, and the frame in which it moves the weights."""
        self.calls_backward = False
        self.evaluates = False
        """`eval()` was called since the last backward pass."""
        self.paused = False
        """What happens is no longer counted."""
        self.loading = False
        """A loader is asked for a batch: what it reads out of tensors is its own time."""
        self.closed = False
        """The script is over: what still happens is ours."""
        self.all_steps = 0
        """Those included that are not counted."""
        self.resting = False
        self.rested_steps = 0
        self._rest_until = 0
        self._group = RESTED_AFTER
        self._pace = Pace()
        self._batches = 0
        self._backwards = 0
        self._evaluation = None  # type: Evaluation | None
        self._in_step = 0.0
        self._of_others = 0
        self._open()
        self._end = self.began
        self._training_began = 0.0
        self._cpu = time.process_time()
        self.looked = False
        """Between two steps something of ours used the CPU."""
        self._until = self.began + limit
        """Before this moment nothing ends."""

    def _open(self) -> None:
        self._row = dict.fromkeys(PARTS, 0.0)
        self._mark = time.perf_counter()
        self._taken = 0.0
        self._batch = None  # type: tuple[float, float, float] | None

    def took_batch(self, loader: Any, began: float, ended: float) -> None:
        """Note that a loader gave a batch."""
        if self.closed:
            return
        self._batches += 1
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
        self.evaluates = False
        self._mark, self._taken = ended, 0.0
        if loss is not None:
            if math.isfinite(loss):
                self.losses.append(loss)
            else:
                self.bad_losses += 1
        self._backwards += 1
        if self.optimizer is None and self._backwards > WITHOUT_OPTIMIZER:
            # Somebody moves the weights by hand.
            self._end_step(ended)

    def began_step(self) -> None:
        """`optimizer.step()` is entered. With a closure, a forward and a backward pass lie within."""
        self._in_step = sum(self._row.values())

    def ended_step(self, optimizer: Any, began: float, ended: float) -> None:
        """`optimizer.step()` came back: a step is over."""
        if self.optimizer is None:
            self.optimizer = optimizer
        within = sum(self._row.values()) - self._in_step
        self._row["optimizer"] += max(0.0, ended - began - within)
        # Clipping was taken out already: this is no training.
        self._row["between"] += max(0.0, began - self._mark - self._taken)
        if not self._is_main(optimizer):
            self._mark, self._taken = ended, 0.0
            return
        self._end_step(ended)

    def _is_main(self, optimizer: Any) -> bool:
        """Say whether a step ends with this optimizer's: it is the first one, as long as that is used."""
        if optimizer is self.optimizer:
            self._of_others = 0
            return True
        self._of_others += 1
        if self._of_others < GIVEN_UP_AFTER:
            return False
        self.optimizer, self._of_others = optimizer, 0
        return True

    def _end_step(self, ended: float) -> None:
        self.all_steps += 1
        cpu = time.process_time()
        self._row["seconds"] = ended - self._end
        self._row["cpu"] = cpu - self._cpu
        self._cpu = cpu
        self._end = ended
        if not self._training_began:
            self._training_began = ended
            self._until = min(self._until, ended + self._seconds)
            self.first_seconds = self._row["seconds"]
        if not self.paused and len(self.steps) < MOST_STEPS:
            self.steps.append(self._row)
        for call in self.after_step:
            call()
        if self.looked:
            self._cpu, self.looked = time.process_time(), False
        self._open()
        self._end = self._mark
        self._enough(self._end)
        if len(self.steps) >= self._group and not self.paused:
            self._rest()

    def _rest(self) -> None:
        """Let the hooks rest for some steps, if these are short."""
        steps = self._pace.rest(self.steps[-GROUP:])
        self._group = len(self.steps) + GROUP
        if steps and self.optimizer is not None:
            self.resting, self._rest_until = True, self.all_steps + steps

    def rested(self, optimizer: Any, ended: float) -> None:
        """Count a step that nobody listened to."""
        if not self._is_main(optimizer):
            return
        self.all_steps += 1
        self.rested_steps += 1
        if self.all_steps >= self._rest_until or ended > self._until:
            self.resting = False
            self._cpu = time.process_time()
            self._open()
            self._end = self._mark
            self._enough(ended)

    def note_read(self, place: str, seconds: float) -> None:
        """Note that a value was read out of a tensor."""
        if self.loading or self.resting:
            return
        if self._evaluation is not None:
            self._evaluation.reads.append((place, seconds))
            return
        self._add(self.reads, place, seconds)
        self._row["read"] += seconds
        self._taken += seconds

    def note_start(self, seconds: float) -> None:
        """Note that a loader began or ended an epoch, which starts and ends its workers."""
        if not self.closed:
            self._row["loader"] += seconds
            self._taken += seconds

    def began_evaluation(self, began: float) -> None:
        """Note that the script begins to compute without gradients."""
        self._evaluation = Evaluation(began, self._taken, self._batches)

    def ended_evaluation(self, ended: float) -> None:
        """Note that it is over. What is read out of tensors belongs to it, if it had batches of its own.

        Averages of weights, targets, teachers and momentum encoders are computed without gradients too: that is an
        evaluation only where the net was told so, or where batches were taken for it.
        """
        evaluation, self._evaluation = self._evaluation, None
        if evaluation is None:
            return
        if not self.evaluates and evaluation.batches == self._batches:
            for place, spent in evaluation.reads:
                self.note_read(place, spent)
            return
        seconds = max(0.0, ended - evaluation.began - (self._taken - evaluation.taken))
        if evaluation.batches == self._batches:
            for place, spent in evaluation.reads:
                self.note_read(place, spent)
                seconds -= spent
        seconds = max(0.0, seconds)
        self._row["evaluate"] += seconds
        self._taken += seconds

    def note_clipping(self, seconds: float) -> None:
        """Gradients were clipped or scaled back: the optimizer's work."""
        self._row["optimizer"] += seconds
        self._taken += seconds

    def note_save(self, place: str, seconds: float) -> None:
        """Something was written with `torch.save`."""
        if self.resting:
            return
        self._add(self.saves, place, seconds)
        self._row["save"] += seconds
        self._taken += seconds

    @staticmethod
    def _add(table: dict[str, list[float]], place: str, seconds: float) -> None:
        row = table.setdefault(place, [0.0, 0.0])
        row[0] += 1
        row[1] += seconds

    def late(self, now: float) -> float:
        """Return by how many seconds the end of the watch has passed; negative before it."""
        late = now - self.began - self._limit
        if self._training_began and len(self.steps) >= self._least:
            late = max(late, now - self._training_began - self._seconds)
        return late

    def go_on(self, seconds: float) -> None:
        """Let the script go on for at most so long, without counting anything."""
        self.paused = True
        self._seconds += seconds

    def _enough(self, now: float) -> None:
        if now > self._until and (self.paused or self.late(now) > 0) and (self.may_end() or self.late(now) > 0):
            raise EnoughError
