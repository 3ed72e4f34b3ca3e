"""`/dev/shm`, through which DataLoader workers hand over batches."""

from __future__ import annotations

from envdoctor.facts import SharedMemory, Unknown
from envdoctor.probes.system import System

PLACE = "/dev/shm"  # noqa: S108  # nothing is written there


def probe(system: System) -> SharedMemory | None | Unknown:
    """Ask for the size of the file system; None: there is no /dev/shm (Windows and macOS never have one)."""
    if system.os != "linux":
        return None
    room = system.calls.room(system.path(PLACE))
    if room is None:
        return None
    if isinstance(room, Unknown):
        return Unknown(f"{PLACE}: {room.reason}")
    return SharedMemory(room.total_bytes, room.free_bytes)
