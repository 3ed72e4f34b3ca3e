"""Windows Subsystem for Linux: which version, and what of the Windows driver reaches into it.

Sources: Microsoft, "Comparing WSL versions"; NVIDIA, "CUDA on WSL user guide" (the driver of Windows
is mapped in under /usr/lib/wsl; a driver for bare Linux must not be installed).
"""

from __future__ import annotations

from envdoctor.probes.reading import printable
from envdoctor.probes.system import System

LIBRARIES = "/usr/lib/wsl"
ELSEWHERE = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")
"""Where a Linux driver's installer puts libcuda."""
TRACES = ("/run/WSL", "/mnt/wsl", "/dev/dxg")
"""What WSL 2 puts there whatever its kernel is called."""


def version(system: System) -> int | None:
    """Return 1 or 2, or None: this is not WSL.

    The kernel's release decides; the rest of /proc/version may name Microsoft on Azure's own Linux.
    WSL 1 has no kernel and says 4.4.0-19041-Microsoft.
    """
    release = system.text("/proc/sys/kernel/osrelease") or _release(system.text("/proc/version") or "")
    if release.endswith("-Microsoft") or (release.startswith("4.4.") and "Microsoft" in release):
        return 1
    if "microsoft" in release.lower() or "wsl2" in release.lower():
        return 2
    # A kernel that the user built may be called anything.
    named = {"WSL_INTEROP", "WSL_DISTRO_NAME"} & system.environment.keys()
    return 2 if named and any(system.exists(trace) for trace in TRACES) else None


def _release(version: str) -> str:
    words = version.split(" ", 3)
    return words[2] if words[:2] == ["Linux", "version"] and len(words) > 2 else ""  # noqa: PLR2004  # the third word


def has_gpu_device(system: System) -> bool:
    """Say whether the device through which WSL 2 reaches the GPU is there."""
    return system.exists("/dev/dxg")


def has_libcuda(system: System) -> bool:
    """Say whether the Windows driver's libcuda is mapped in."""
    return system.exists(f"{LIBRARIES}/lib/libcuda.so.1")


def linux_driver(system: System) -> str | None:
    """Return the libcuda that a driver for bare Linux left here, or None. Links into /usr/lib/wsl are no such thing."""
    for folder in ELSEWHERE:
        path = f"{folder}/libcuda.so.1"
        if system.exists(path):
            real = system.real(path)
            if not real.startswith(f"{LIBRARIES}/"):
                return printable(real)
    return None
