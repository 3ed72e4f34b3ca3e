"""The rules of binary compatibility between drivers, CUDA, GPUs and builds: pure functions.

Sources: NVIDIA, "CUDA Toolkit release notes", tables 2 and 3 (minor-version compatibility); NVIDIA,
"CUDA C++ programming guide", binary and PTX compatibility.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

DRIVER_FLOORS = {
    # CUDA major: (Linux, Windows). WSL 2 runs on the Windows driver.
    11: ("450.80.02", "452.39"),
    12: ("525.60.13", "528.33"),
    13: ("580", "580"),
}
"""The oldest driver that runs any minor release of a CUDA major (minor-version compatibility)."""

EXACT_FLOORS = {
    # CUDA before 11 has no minor-version compatibility: each release has a floor of its own.
    "10.0": ("410.48", "411.31"),
    "10.1": ("418.39", "418.96"),
    "10.2": ("440.33", "441.22"),
    # The first release of a major runs on the drivers that came with it, a little below the floor of its family.
    "11.0": ("450.36.06", "451.48"),
    "12.0": ("525.60.13", "527.41"),
}


def number(version: str) -> tuple[int, ...]:
    """Turn "535.183.01", "12.8" or "2.6.0a0+git1234" into something that compares, digits only; without any, ()."""
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0]))


def driver_floor(cuda: str, os: str) -> str | None:
    """Return the oldest driver for programs built with this CUDA, or None if no rule is known.

    Args:
        cuda: "12.8".
        os: `linux` or `windows`; for WSL 2 `windows`, whose driver it runs on.
    """
    major, minor = (*number(cuda), 0, 0)[:2]
    pair = EXACT_FLOORS.get(f"{major}.{minor}") or DRIVER_FLOORS.get(major)
    return None if pair is None else pair[os == "windows"]


def driver_runs(driver: str, cuda: str, os: str) -> bool | None:
    """Say whether a driver runs programs built with this CUDA; None: no rule is known, or that is no version."""
    floor = driver_floor(cuda, os)
    return None if floor is None or not number(driver) else number(driver) >= number(floor)


def runs_on(capability: str, arch_list: Iterable[str]) -> bool:
    """Say whether a build with code for these architectures runs on a GPU.

    Machine code (`sm_86`) runs on the same major capability with an equal or higher minor (8.9 runs
    sm_86). PTX (`compute_90`) is compiled for any equal or newer GPU. Code with a suffix (`sm_90a`)
    runs on exactly that GPU; with `f` (family) on its major from that minor on.
    """
    gpu = number(capability)[:2]
    return len(gpu) > 1 and any(_covers(arch, gpu) for arch in arch_list)


def _covers(arch: str, gpu: tuple[int, ...]) -> bool:
    match = re.fullmatch(r"(sm|compute)_(\d+)(\d)([af]?)", arch.strip())
    if not match:
        return False
    kind, suffix, built = match[1], match[4], (int(match[2]), int(match[3]))
    if suffix == "a":
        return built == gpu
    if kind == "compute" and not suffix:
        return built <= gpu
    return built[0] == gpu[0] and built[1] <= gpu[1]


def newest_covered(arch_list: Iterable[str]) -> tuple[int, int] | None:
    """Return the newest capability in a list of architectures, or None if it is empty."""
    found = [(int(m[1]), int(m[2])) for m in (re.match(r"(?:sm|compute)_(\d+)(\d)", a) for a in arch_list) if m]
    return max(found, default=None)
