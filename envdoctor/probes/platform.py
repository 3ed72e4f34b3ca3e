"""What stands between us and the machine: a virtual machine, a container, WSL."""

from __future__ import annotations

from envdoctor.facts import Platform, Unknown
from envdoctor.probes import containers, virtual, wsl
from envdoctor.probes.system import System


def probe(system: System) -> Platform:
    """Look for all three. WSL 2 runs in a virtual machine of Windows, which is not named a second time."""
    version = wsl.version(system) if system.os == "linux" else None
    container = containers.probe(system)
    if version is None:
        return Platform(virtual.probe(system), container, None, None, None, None)
    return Platform(
        vm=None,
        container=container,
        wsl=version,
        wsl_gpu_device=wsl.has_gpu_device(system) if version > 1 else None,
        wsl_libcuda=wsl.has_libcuda(system) if version > 1 else None,
        linux_driver_in_wsl=_linux_driver(system, container),
    )


def _linux_driver(system: System, container: str | None) -> str | None | Unknown:
    if container:
        # The container toolkit puts the Windows driver's libcuda where a Linux driver's would be.
        return Unknown(f"in a container ({container}) the place of libcuda does not tell whose it is")
    return wsl.linux_driver(system)
