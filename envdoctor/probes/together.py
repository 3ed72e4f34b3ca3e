"""Runs probes side by side, each with a deadline. A probe that raises or sleeps becomes `Unknown`."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from envdoctor import interrupt
from envdoctor.facts import Unknown
from envdoctor.probes.command import reason_of
from envdoctor.probes.threads import PATIENCE_SECONDS, begin
from envdoctor.report.model import Probe

FEW_DESCRIPTORS = 64
"""A child takes up to nine while it is started; twenty probes and our own imports want theirs at once."""


class Task:
    """A probe that is under way in a daemon thread: one stuck in the driver cannot be killed, only left."""

    def __init__(
        self,
        name: str,
        look: Callable[[], Any],
        turn: threading.Semaphore | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.name = name
        self._look = look
        self._turn = turn
        self._result: Any = Unknown("no answer yet")
        self._seconds: float | None = None
        self._started = time.monotonic()
        try:
            self._thread = begin(self._run, f"probe {name}", patience)
        except RuntimeError as error:  # no more threads, no memory for another stack
            self._result, self._seconds = Unknown(f"the probe could not begin: {reason_of(error)}"), 0.0

    def _run(self) -> None:
        try:
            with self._turn or contextlib.nullcontext():
                result = self._look()
        except BaseException as error:  # noqa: BLE001  # a probe that fails must not take the report along
            result = Unknown(f"the probe failed: {type(error).__name__}: {reason_of(error)}")
        # In this order: who sees the seconds sees the result.
        self._result = result
        self._seconds = time.monotonic() - self._started

    def result(self, until: float) -> Any:
        """Return what was seen, or `Unknown` when the deadline (on the monotonic clock) passes."""
        if self._seconds is None:
            self._thread.join(max(0.0, until - time.monotonic()))
        if self._seconds is None:
            return Unknown(f"no answer in {time.monotonic() - self._started:.3g} s")
        return self._result

    def record(self, result: Any) -> Probe:
        """Say how it went, for the report."""
        seconds = round(self._seconds if self._seconds is not None else time.monotonic() - self._started, 4)
        if isinstance(result, Unknown):
            return Probe(self.name, "unknown", seconds, result.reason)
        return Probe(self.name, "absent" if result is None else "ok", seconds)


def look_together(
    looks: Mapping[str, Callable[[], Any]], *, seconds: float, meanwhile: Callable[[], object] | None = None
) -> tuple[dict[str, Any], tuple[Probe, ...]]:
    """Start all, do something useful meanwhile, wait for all, at most so many seconds together.

    Where few files may be open, the useful comes first, and two probes at a time.
    """
    until = time.monotonic() + seconds
    turn = threading.Semaphore(2) if _few_descriptors() else None
    if meanwhile is not None and turn is not None:
        meanwhile()
    hurry = time.monotonic() + PATIENCE_SECONDS
    tasks = [Task(name, look, turn, patience=max(0.0, hurry - time.monotonic())) for name, look in looks.items()]
    if meanwhile is not None and turn is None:
        meanwhile()
    interrupt.check()
    results = {task.name: task.result(until) for task in tasks}
    return results, tuple(task.record(results[task.name]) for task in tasks)


def _few_descriptors() -> bool:
    try:
        import resource  # noqa: PLC0415  # not on Windows

        return 0 <= resource.getrlimit(resource.RLIMIT_NOFILE)[0] < FEW_DESCRIPTORS
    except (ImportError, AttributeError, OSError):
        return False
