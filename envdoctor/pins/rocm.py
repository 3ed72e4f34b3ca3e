"""AMD GPUs, and the ROCm builds that have code for them."""

from __future__ import annotations

from collections.abc import Iterable

from envdoctor.data import Release, Variant
from envdoctor.pins.machine import Machine
from envdoctor.pins.rules import number

CODE = (
    ((2, 10), {"gfx950"}),
    ((2, 8), {"gfx908", "gfx90a", "gfx942", "gfx1030", "gfx1100", "gfx1101", "gfx1102", "gfx1200", "gfx1201"}),
)
"""From this release on the ROCm builds carry code for these. Source: PYTORCH_ROCM_ARCH in .ci/docker/manywheel/build.sh
of pytorch/pytorch; what a rocm7.2 build itself lists (https://github.com/astral-sh/uv/pull/18730). Older GPUs of that
list (gfx900, gfx906) are left out: ROCm 7 no longer supports them."""


def takes_rocm(machine: Machine) -> bool:
    """Say whether PyTorch's ROCm builds are for such a machine: Linux itself on x86_64, and no NVIDIA GPU."""
    return bool(machine.rocm) and machine.os == "linux" and machine.arch == "x86_64" and not machine.gpus


def rocm_builds(machine: Machine, release: Release) -> Iterable[Variant]:
    """Return the ROCm build for the machine's AMD GPUs: of two the older ROCm, which runs on more kernel drivers.

    Only on Linux itself: on Windows and under WSL 2 AMD has builds of its own.
    """
    targets = machine.rocm
    if not takes_rocm(machine) or not release.rocm:
        return ()
    carried = {target for since, some in CODE if number(release.version) >= since for target in some}
    if not carried.issuperset(targets):
        return ()
    name = f"rocm{min(release.rocm, key=number)}"
    return (Variant(name=name, index=name, verified=True),)
