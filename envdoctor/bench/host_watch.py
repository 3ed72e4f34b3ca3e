"""Looks at the host once: its CPUs, its memory, and what the worker and its processes take. By psutil."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any

CHILDREN_SECONDS = 3.0
"""How often a worker's processes are looked for: that reads the whole list of processes."""


class HostWatch:
    """Looks at the host; each look is of the time since the one before."""

    def __init__(self) -> None:
        import psutil  # noqa: PLC0415  # 20 ms that a start does not need

        self._psutil = psutil
        self._worker: Any = None
        self._family: list[Any] = []
        self._looked = 0.0
        self._before: tuple[float, float] | None = None
        psutil.cpu_percent(percpu=True)

    def follow(self, pid: int | None) -> None:
        """Count the time of this process, if it was started by ours: in another namespace the number is another's."""
        self._worker, self._family, self._before, self._looked = None, [], None, 0.0
        if pid is None:
            return
        with contextlib.suppress(self._psutil.Error):
            process = self._psutil.Process(pid)
            if os.getpid() in {one.pid for one in process.parents()}:
                self._worker = process

    def look(self) -> dict[str, Any]:
        """Return the readings of `usage.Usage` that are the host's."""
        row: dict[str, Any] = {}
        for names, read in (
            (("cpu_percent", "cpu_core_percent", "cpu_cores_percent"), self._cpus),
            (("memory_used_bytes",), self._memory),
            (("load",), self._load),
            (("worker_cpus",), self._share),
        ):
            try:
                values = read()
            except Exception as error:  # noqa: BLE001  # psutil has errors of its own; one reading is no other
                values = ({"unknown": f"psutil: {type(error).__name__}: {error}"[:200]},) * len(names)
            row.update(zip(names, values, strict=False))
        return row

    def _cpus(self) -> tuple[Any, ...]:
        cores = self._psutil.cpu_percent(percpu=True)
        return (sum(cores) / len(cores), max(cores), cores) if cores else (None, None, None)

    def _memory(self) -> tuple[Any, ...]:
        memory: Any = self._psutil.virtual_memory()
        return (memory.total - memory.available,)

    def _load(self) -> tuple[Any, ...]:
        return (os.getloadavg()[0] if hasattr(os, "getloadavg") else None,)

    def _share(self) -> tuple[Any, ...]:
        """Return the CPUs' worth of time since the last look; nothing at the first, or when the worker is gone."""
        now = time.monotonic()
        if self._worker is None:
            return ()
        if now - self._looked > CHILDREN_SECONDS:
            self._look_for_family(now)
        try:
            spent = _spent(self._worker, reaped=True)
        except self._psutil.Error:
            self._worker = None
            return ()
        spent += sum(map(self._spent_by_child, self._family))
        before, self._before = self._before, (now, spent)
        if before is None or now <= before[0]:
            return ()
        return (max(0.0, (spent - before[1]) / (now - before[0])),)

    def _spent_by_child(self, process: Any) -> float:
        try:
            return _spent(process, reaped=False)
        except self._psutil.Error:
            return 0.0  # it has ended: its time is its parent's now

    def _look_for_family(self, now: float) -> None:
        known = {one.pid for one in self._family}
        with contextlib.suppress(self._psutil.Error):
            found = self._worker.children(recursive=True)
            if any(one.pid not in known for one in found):
                self._before = None  # what a new one took before is no matter of this moment
            self._family = found
        self._looked = now


def _spent(process: Any, *, reaped: bool) -> float:
    """Return the CPU seconds of a process, and of its children that have ended."""
    times = process.cpu_times()
    children = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0) if reaped else 0.0
    return float(times.user + times.system + children)
