"""Samples host and GPU while a worker measures: beside it, not in it, so that the examined Python needs torch alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from envdoctor.bench.gpu_watch import GpuWatch
from envdoctor.bench.host_watch import HostWatch
from envdoctor.bench.usage import Row, Sampled

INTERVAL = 0.25
MOST_SHARE = 0.0025
"""Of one core, for looking at the host: where a look costs more (hundreds of cores), looks are rarer."""
LONGEST = 5.0


class Sampler:
    """Looks at the host in a thread and at the GPU through a process. No method waits for either, and none raises."""

    def __init__(self, interval: float = INTERVAL, environment: Mapping[str, str] | None = None) -> None:
        self._interval = interval
        self._environment = environment
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._rows: list[Row] = []
        self._pid: int | None = None
        self._gpu: GpuWatch | None = None
        self._card: dict[str, Any] | None = None
        self._began = time.monotonic()
        self.cpu_seconds = 0.0
        """What the looks at the host have cost so far."""

    def start(self) -> None:
        """Begin to look at the host. Without a thread to do it in, nothing is sampled."""
        try:
            threading.Thread(target=self._run, daemon=True, name="envdoctor samples").start()
        except RuntimeError:
            self._stop.set()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._gpu is not None:
            self._gpu.stop()
            self._gpu = None

    def worker(self, pid: Any) -> None:
        """Say which process is the worker's."""
        self._pid = pid if isinstance(pid, int) else None

    def card(self, card: Any) -> None:
        """Say which GPU is worked on, as the worker knows it (`uuid`, `pci`); None: none."""
        wanted = dict(card) if isinstance(card, dict) else None
        if wanted == self._card:
            return
        if self._gpu is not None:
            self._gpu.stop()
        self._card = wanted
        self._gpu = None if wanted is None else GpuWatch(wanted, self._interval, self._environment)

    def begin(self) -> None:
        """Forget what was before: an experiment begins."""
        with self._lock:
            self._began = time.monotonic()
            self._rows = []

    def sampled(self) -> Sampled:
        """Return the samples since the experiment began."""
        now = time.monotonic()
        with self._lock:
            host = list(self._rows)
        gpu = self._gpu
        return Sampled(
            began=self._began,
            ended=now,
            interval=self._interval,
            host=host,
            gpu=gpu.rows(self._began) if gpu else (),
            gpu_asked=gpu is not None,
            gpu_problem=gpu.problem() if gpu else None,
            found_by=gpu.found_by if gpu else None,
        )

    def _run(self) -> None:
        watch, followed, pause = HostWatch(), None, self._interval
        while not self._stop.wait(pause):
            began = time.thread_time()
            if followed != self._pid:
                followed = self._pid
                watch.follow(followed)
            row = watch.look()
            with self._lock:
                self._rows.append((time.monotonic(), row))
            cost = time.thread_time() - began
            self.cpu_seconds += cost
            pause = min(LONGEST, max(self._interval, cost / MOST_SHARE))
