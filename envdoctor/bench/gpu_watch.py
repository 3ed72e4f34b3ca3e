"""Watches a GPU beside the worker, by a process of its own: NVML may hang, crash or flood, and a run goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envdoctor.bench.usage import Row
from envdoctor.facts import Unknown
from envdoctor.probes.child import own_python
from envdoctor.probes.command import end, start
from envdoctor.probes.nvml import FLAGS, FOLDERS, _package_folder
from envdoctor.probes.tail import Tail

SCRIPT = Path(__file__).parents[1] / "probes" / "native" / "nvml_watch.py"
MOST_BYTES = 100_000_000
"""Of what the process tells: weeks of readings. One that tells more has gone mad, and is ended."""
LONGEST_LINE = 100_000


class GpuWatch:
    """One GPU under watch. Nothing here waits for NVML."""

    def __init__(self, card: Mapping[str, Any], interval: float, environment: Mapping[str, str] | None = None) -> None:
        self._lock = threading.Lock()
        self._rows: list[Row] = []
        self._rest = b""
        self._length = 0
        self._at = "start"
        self._waiting: str | None = None
        self._problem: str | None = None
        self._answered = False
        self._process: subprocess.Popen[bytes] | None = None
        self.found_by: str | None = None
        if card.get("hip"):
            self._problem = "NVML is for NVIDIA's GPUs, and this one is not"
            return
        options = {
            "package": _package_folder(),
            "folders": list(FOLDERS),
            "uuid": card.get("uuid"),
            "pci": card.get("pci"),
            "seconds": interval,
        }
        argv = [own_python(), *FLAGS, str(SCRIPT), json.dumps(options)]
        process = start(argv, environment=environment)
        if not isinstance(process, subprocess.Popen):
            self._problem = process.reason if isinstance(process, Unknown) else "envdoctor's own Python is gone"
            return
        self._process = process
        try:
            self._streams = (Tail(process.stdout, self._hear), Tail(process.stderr))
        except RuntimeError:
            self._problem = "no more threads can be had"
            self.stop()

    def rows(self, since: float) -> list[Row]:
        """Return the samples from a moment on, and forget those before."""
        with self._lock:
            self._rows = [row for row in self._rows if row[0] >= since]
            return list(self._rows)

    def problem(self) -> str | None:
        """Say why there are no readings, or no more; None: they come."""
        with self._lock:
            if self._problem is not None:
                return self._problem
            if self._process is not None and self._process.poll() is not None:
                return f"the process that asks NVML ended in {self._at}: {_ending(self._process.returncode)}"
            if self._waiting:
                return f"NVML does not answer in {self._waiting}"
            return None if self._answered else f"no answer yet in {self._at}"

    def stop(self) -> None:
        """End the process. One that the driver holds is left behind."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            end(process)

    def _hear(self, chunk: bytes) -> None:
        with self._lock:
            self._length += len(chunk)
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            if self._length > MOST_BYTES or len(self._rest) > LONGEST_LINE:
                self._problem = "the process that asks NVML told more than could be meant"
                if self._process is not None:
                    self._process.kill()
                return
            for line in lines:
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            return  # half a line of a dying process
        if not isinstance(said, dict):
            return
        self._at = str(said.get("at") or self._at)[:100]
        self._waiting = str(said["waiting"])[:100] if said.get("waiting") else None
        self.found_by = str(said["found_by"])[:40] if "found_by" in said else self.found_by
        if "problem" in said:
            self._problem = str(said["problem"])[:300]
        if isinstance(said.get("row"), dict):
            self._rows.append((time.monotonic(), said["row"]))
            self._answered = True


def _ending(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}"
