"""The fabric manager of machines with NVSwitch: whether there are switches, and whether the service runs.

Sources: NVIDIA's open-gpu-kernel-modules, linux_nvswitch.c (the switches that its driver takes); NVIDIA's
gpu-driver-container and the service file of nvidia-fabricmanager (its process number).
"""

from __future__ import annotations

from envdoctor.facts import Unknown
from envdoctor.probes.system import System

BUS = "/sys/bus/pci/devices"
NVSWITCH_CLASS, NVIDIA = "0x068000", "0x10de"
"""An NVSwitch is a "bridge, other" of NVIDIA on the PCI bus."""
FABRIC_MANAGER = "nv-fabricmanage"
"""The kernel keeps 15 characters of a process's name."""
PROCESS_NUMBERS = (
    "/run/nvidia-fabricmanager/nv-fabricmanager.pid",
    "/var/run/nvidia-fabricmanager/nv-fabricmanager.pid",
)
"""/var/run is a link to /run on most systems, and not on all."""


def manager(system: System) -> str | None | Unknown:
    """Return `running` or `not running`; None: the bus shows no switch. A guest's bus may show none of its host's."""
    names = system.listing(BUS)
    if not isinstance(names, tuple):
        return names
    if not any(_is_switch(system, name) for name in names):
        return None
    if any(system.text(f"/proc/{system.text(path)}/comm") == FABRIC_MANAGER for path in PROCESS_NUMBERS):
        return "running"
    if system.text("/proc/2/comm") != "kthreadd":  # a container, or a /proc that hides what others run
        return Unknown("the machine's processes cannot be seen from here")
    processes = [name for name in system.names("/proc") if name.isdigit()]
    running = any(system.text(f"/proc/{process}/comm") == FABRIC_MANAGER for process in processes)
    return "running" if running else "not running"


def _is_switch(system: System, name: str) -> bool:
    return system.text(f"{BUS}/{name}/class") == NVSWITCH_CLASS and system.text(f"{BUS}/{name}/vendor") == NVIDIA
