"""What a program runs inside of, as far as that decides what a message means. Pure."""

from __future__ import annotations

from envdoctor.facts import Driver, Gpu, Host, Message, PciGpu, Platform, Torch, Unknown
from envdoctor.rules.told import told

HYPERVISORS = ("vmware", "virtualbox", "hyper-v", "parallels", "qemu", "kvm", "xen", "proxmox", "utm")
"""A guest under these has a virtual card only, unless somebody handed it a real one."""
NO_CARD = (
    "no-driver-found",
    "no-smi",
    "no-gpus",
    "gpu-not-seen",
    "driver-not-communicating",
    "libcuda-missing",
    "nvml-missing",
    "smi-empty",
)
"""Signs with which programs and people say that no NVIDIA GPU can be reached."""
BOARDS = ("orin", "xavier", "tegra", "jetson", "nvgpu")


def hypervisor_of(platform: Platform | Unknown, driver: Driver | None | Unknown) -> str | None:
    """Return the hypervisor whose guest this is, or None: none is known, or a driver answers in the guest."""
    if not isinstance(platform, Platform) or not isinstance(platform.vm, str):
        return None
    if isinstance(driver, Driver) and isinstance(driver.version, str):
        return None
    name = platform.vm.lower()
    return platform.vm if any(one in name for one in HYPERVISORS) else None


def is_jetson(messages: tuple[Message, ...] | Unknown, gpus: tuple[Gpu, ...] | Unknown) -> bool:
    """Say whether the board is one of NVIDIA's Jetson family."""
    cards = () if isinstance(gpus, Unknown) else gpus
    if any(board in str(gpu.name).lower() for gpu in cards for board in BOARDS):
        return True
    return told(messages, "jetson") is not None


def is_mac(host: Host | Unknown) -> bool:
    """Say whether the machine is known to be a Mac."""
    return isinstance(host, Host) and host.os == "darwin"


def is_amd(torch: Torch | None | Unknown, pci_gpus: tuple[PciGpu, ...] | Unknown) -> bool:
    """Say whether PyTorch is a ROCm build, or a card of AMD is named."""
    if isinstance(torch, Torch) and torch.build == "rocm":
        return True
    return not isinstance(pci_gpus, Unknown) and any(gpu.vendor == "1002" for gpu in pci_gpus)
