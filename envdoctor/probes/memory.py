"""Main memory, and how much of it this process may use."""

from __future__ import annotations

from envdoctor.facts import Memory, Unknown
from envdoctor.probes.cgroup import memory_limit
from envdoctor.probes.reading import GREATEST, fields, whole
from envdoctor.probes.system import System


def probe(system: System) -> Memory | Unknown:
    """Look at /proc/meminfo and the control groups; elsewhere ask psutil."""
    if system.os == "linux":
        return understand(system.read("/proc/meminfo"), memory_limit(system))
    found = system.calls.main_memory()
    if isinstance(found, Unknown):
        return found
    return Memory(found.total_bytes, found.available_bytes, None, found.swap_bytes)


def understand(meminfo: str | None | Unknown, limit: int | None | Unknown) -> Memory:
    """Understand /proc/meminfo. A line that is missing is Unknown: the kernel has written it since 3.14."""
    if not isinstance(meminfo, str):
        reason = meminfo or Unknown("there is no /proc/meminfo")
        return Memory(reason, reason, limit, reason)
    lines = fields(meminfo)
    return Memory(
        total_bytes=_bytes(lines, "MemTotal"),
        available_bytes=_bytes(lines, "MemAvailable"),
        limit_bytes=limit,
        swap_bytes=_bytes(lines, "SwapTotal"),
    )


def _bytes(lines: dict[str, str], name: str) -> int | Unknown:
    kilobytes = whole(lines.get(name, "").removesuffix("kB"))
    if kilobytes is None or not 0 <= kilobytes <= GREATEST // 1024:
        return Unknown(f"/proc/meminfo does not tell {name}")
    return kilobytes * 1024
