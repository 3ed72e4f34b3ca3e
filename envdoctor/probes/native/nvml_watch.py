# ruff: noqa: PTH100  # pathlib costs start time
"""Watches one GPU through NVML: reads what changes, again and again, and tells it until nobody listens.

Usage: nvml_watch.py OPTIONS, in envdoctor's own Python with -I -S (so that no .pth file runs). It speaks on the stdout
that it was started with, one JSON object a line; what a driver's library prints goes nowhere.

Options:
    package: the folder that pynvml lies in, or null.
    folders: where else to look for the library if the loader does not know it.
    uuid, pci: what the GPU is known by; either may be null. Its number is not asked for: NVML and CUDA
        count differently.
    seconds: from one reading to the next.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from envdoctor.probes.native.teller import Say

QUIET_SECONDS = 2.0
"""Without an answer for so long, the call that is waited for is named."""


def main() -> None:
    """Watch; see the module."""
    # The folder above the package envdoctor. Last, so that nothing in it can stand in for the standard library.
    sys.path.append(os.path.abspath(f"{__file__}/../../../.."))
    from envdoctor.probes.native.teller import leave_no_core  # noqa: PLC0415  # see above

    options = json.loads(sys.argv[1])
    watcher = _Watcher(_voice(), options)
    leave_no_core()
    watcher.go_on(watcher.begin)
    # A call that hangs holds its thread for ever; this one notices that, and when nobody listens any more.
    while True:
        time.sleep(options["seconds"])
        watcher.look_after()


def _voice() -> Say:
    """Keep the stdout for us; whoever else in this process prints does so into nothing."""
    channel = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)

    def say(**facts: Any) -> None:
        try:
            os.write(channel, (json.dumps(facts) + "\n").encode("ascii"))
        except OSError:
            os._exit(0)  # nobody listens

    return say


class _Watcher:
    """Reads in a thread; one that hangs in a reading is left to itself, and another goes on without that reading."""

    def __init__(self, say: Say, options: dict[str, Any]) -> None:
        self._say = say
        self._options = options
        self._at, self._since = "", time.monotonic()
        self._turn = 0
        """Of the thread that reads; others have been left to themselves."""
        self._fields: tuple[str, ...] = ()
        self._never: dict[str, Any] = {}
        """Fields that are not asked for again, and what is told instead."""
        self._nvml: Any = None
        self._handle: Any = None

    def go_on(self, work: Callable[[], str]) -> None:
        """Work in a thread; what it returns or raises is why there are no readings."""

        def guarded() -> None:
            turn = self._turn
            try:
                problem = work()
            except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer
                problem = f"{type(error).__name__}: {error}"
            if turn == self._turn:
                self._say(problem=problem[:300])
                os._exit(0)

        threading.Thread(target=guarded, daemon=True).start()

    def look_after(self) -> None:
        """Leave a reading that hangs; before there are any, only say what is waited for."""
        if time.monotonic() - self._since < QUIET_SECONDS:
            return
        if not self._fields:
            self._say(waiting=self._at)
            return
        self._never.update({field: {"unknown": f"NVML does not answer in {self._at}"} for field in self._fields})
        self._turn += 1
        self._fields, self._since = (), time.monotonic()
        self.go_on(self._read)

    def _enter(self, call: str) -> None:
        self._at, self._since = call, time.monotonic()
        self._say(at=call)  # a crash here will be known by it

    def begin(self) -> str:
        """Load NVML, find the GPU and read; return why that cannot be."""
        from envdoctor.probes.native.nvml import _binding, _name, _words  # noqa: PLC0415  # see main
        from envdoctor.probes.native.teller import load  # noqa: PLC0415  # same

        self._enter("load NVML")
        library, error = load(_name(), self._options["folders"])
        if library is None:
            return error or "there is no NVML library"
        told: list[str] = []
        self._nvml = _binding(lambda **facts: told.append(str(facts.get("problem", ""))), self._options["package"])
        if self._nvml is None:
            return told[-1]
        try:
            self._enter("nvmlInit")
            self._nvml.nvmlInit()
            self._handle, by = _handle(self._nvml, self._options, self._enter)
        except Exception as error:  # noqa: BLE001  # NVMLLibraryMismatchError is no NVMLError
            return _words(error)
        if self._handle is None:
            return by
        self._say(found_by=by)
        return self._read()

    def _read(self) -> str:
        turn, seconds = self._turn, self._options["seconds"]
        following, first = time.monotonic(), True
        while True:
            row = self._row(turn, first=first)
            if turn != self._turn:
                return "left to itself"
            self._say(row=row)
            following, first = max(following + seconds, time.monotonic() + seconds / 2), False
            self._fields, self._since = (), following
            time.sleep(max(0.0, following - time.monotonic()))

    def _row(self, turn: int, *, first: bool) -> dict[str, Any]:
        from envdoctor.probes.native.nvml import FUNCTION_NOT_FOUND, NOT_SUPPORTED, _failed  # noqa: PLC0415  # see main
        from envdoctor.probes.native.watched import WATCHED  # noqa: PLC0415  # same

        row: dict[str, Any] = {}
        for function, fields, read in WATCHED:
            if fields[0] in self._never:
                row.update({field: self._never[field] for field in fields})
                continue
            if first:
                self._enter(function)
            self._at, self._since, self._fields = function, time.monotonic(), fields
            try:
                values = read(self._nvml, self._handle)
            except Exception as error:  # noqa: BLE001  # every reading may fail for itself
                values = (_failed(error),) * len(fields)
                if getattr(error, "value", None) in (NOT_SUPPORTED, FUNCTION_NOT_FOUND):
                    self._never.update(dict.fromkeys(fields, values[0]))
            if turn != self._turn:
                break
            row.update(zip(fields, values, strict=True))
        return row


def _handle(nvml: Any, options: dict[str, Any], enter: Callable[[str], None]) -> tuple[Any, str]:
    """Return the GPU and what it was found by; or None, and why."""
    uuid, pci = options["uuid"], options["pci"]
    wanted = [("nvmlDeviceGetHandleByUUID", f"{kind}-{uuid}", "UUID") for kind in ("GPU", "MIG") if uuid]
    wanted += [("nvmlDeviceGetHandleByPciBusId", pci, "PCI address")] if pci else []
    reason = ""
    for function, key, by in wanted:
        enter(function)
        try:
            return getattr(nvml, function)(key.encode()), by
        except nvml.NVMLError as error:
            reason = str(error)
    if wanted:
        return None, f"NVML does not know the GPU that torch uses: {reason}"
    enter("nvmlDeviceGetCount")
    count = nvml.nvmlDeviceGetCount()
    if count != 1:
        return None, f"which of NVML's {count} GPUs torch uses is not known"
    enter("nvmlDeviceGetHandleByIndex")
    return nvml.nvmlDeviceGetHandleByIndex(0), "being the only one"


if __name__ == "__main__":
    main()
