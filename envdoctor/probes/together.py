"""Runs probes side by side, each with a deadline. A probe that raises or sleeps becomes `Unknown`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from envdoctor import interrupt
from envdoctor.facts import Unknown
from envdoctor.probes.command import reason_of
from envdoctor.report.model import Probe


class Task:
    """A probe that is under way in a daemon thread: one stuck in the driver cannot be killed, only left."""

    def __init__(self, name: str, look: Callable[[], Any]) -> None:
        self.name = name
        self._look = look
        self._result: Any = Unknown("no answer yet")
        self._seconds: float | None = None
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"probe {name}", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # no more threads, no memory for another stack
            self._result, self._seconds = Unknown(f"the probe could not begin: {reason_of(error)}"), 0.0

    def _run(self) -> None:
        try:
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
    """Start all, do something useful meanwhile, wait for all, at most so many seconds together."""
    until = time.monotonic() + seconds
    tasks = [Task(name, look) for name, look in looks.items()]
    if meanwhile is not None:
        meanwhile()
    interrupt.check()
    results = {task.name: task.result(until) for task in tasks}
    return results, tuple(task.record(results[task.name]) for task in tasks)
