"""The limits that the shell or the container set for this process."""

from __future__ import annotations

from envdoctor.facts import Limits
from envdoctor.probes.system import System


def probe(system: System) -> Limits | None:
    """Ask for the soft limits; None: this system has none of this kind (Windows)."""
    if system.os == "windows":
        return None
    limit = system.calls.limit
    return Limits(
        open_files=limit("RLIMIT_NOFILE"),
        address_space_bytes=limit("RLIMIT_AS"),
        locked_memory_bytes=limit("RLIMIT_MEMLOCK"),
        processes=limit("RLIMIT_NPROC"),
        file_size_bytes=limit("RLIMIT_FSIZE"),
    )
