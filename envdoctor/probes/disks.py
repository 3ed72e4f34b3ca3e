"""The folders that PyTorch and an installation write to, and the room there."""

from __future__ import annotations

import functools
import time

from envdoctor.facts import Disk, Unknown
from envdoctor.probes.calls import Room
from envdoctor.probes.reading import printable
from envdoctor.probes.system import System
from envdoctor.probes.together import Task

SECONDS = 2.0
"""A network file system whose server is gone answers never; the other folders must not wait for it."""


def probe(system: System, *, seconds: float = SECONDS) -> tuple[Disk, ...]:
    """Look at all folders side by side."""
    until = time.monotonic() + seconds
    tasks = [
        (purpose, path, Task(f"disk {purpose}", functools.partial(look, system, purpose, path)))
        for purpose, path in folders(system)
    ]
    return tuple(_answer(purpose, path, task, until) for purpose, path, task in tasks)


def folders(system: System) -> tuple[tuple[str, str], ...]:
    """Return purpose and path of each folder; "" where there is no such folder to name.

    The temporary folder is the one that the variables name, even if it does not exist: Python would
    go on to /tmp without a word, other programs would not.
    """
    environment = system.environment
    windows = system.os == "windows"
    home = environment.get("USERPROFILE" if windows else "HOME") or system.calls.home() or ""
    temporary = next((environment[name] for name in ("TMPDIR", "TEMP", "TMP") if environment.get(name)), "")
    working = system.calls.working()
    found = [
        ("home", home),
        ("temporary", temporary or ("" if windows else "/tmp")),  # noqa: S108  # where Python looks, too
        ("working", working if isinstance(working, str) else ""),
    ]
    cache = environment.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home and not windows else "")
    if cache and (environment.get("XDG_CACHE_HOME") or system.exists(cache)):
        found.append(("cache", cache))
    return tuple(found)


def look(system: System, purpose: str, path: str) -> Disk:
    """Look at one folder. None for room and writable: there is no such folder."""
    if not path:
        return Disk(purpose, "", None, None, None)
    there = system.path(path)
    room, writable = system.calls.room(there), system.calls.writable(there)
    if isinstance(room, Room):
        return Disk(purpose, printable(path), room.free_bytes, room.total_bytes, writable)
    return Disk(purpose, printable(path), room, room, writable)


def _answer(purpose: str, path: str, task: Task, until: float) -> Disk:
    found = task.result(until)
    if isinstance(found, Unknown):
        return Disk(purpose, printable(path), found, found, found)
    disk: Disk = found
    return disk
