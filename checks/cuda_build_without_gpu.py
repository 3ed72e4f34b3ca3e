from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, Host, PciGpu, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import (
    cuda_works,
    described,
    driver_runs_here,
    gpu_to_use,
    has_nvidia_gpu,
    nvidia_at,
    torch_name,
    wsl_of,
)

AMD = "1002"


@check("TOR005", Severity.WARNING, cause="no-nvidia-gpu", because_of=("VIR001", "VIR002", "VIR003", "VIR005", "DRV005"))
def cuda_build_without_gpu(
    *,
    torch: Torch | None,
    torch_run: TorchRun | None | Unknown,
    pci_gpus: tuple[PciGpu, ...],
    gpus: tuple[Gpu, ...] | Unknown,
    driver: Driver | None | Unknown,
    platform: Platform,
    host: Host | Unknown,
) -> Iterator[Finding]:
    """PyTorch is a CUDA build, and there is no NVIDIA GPU.

    It works, on the processor. The CUDA libraries beside it take gigabytes and are never used. Where a
    GPU is expected, it is not plugged in, not given to this machine, or this is a login node; or the host keeps
    it for virtual machines (vfio-pci).

    How to mend it: nothing, if no GPU is meant to be here; a CPU build saves the room.

    Source: the PCI bus (/sys/bus/pci/devices) and torch/version.py.
    """
    if torch is None or torch.build != "cuda" or wsl_of(platform) is not None or cuda_works(torch_run):
        return
    cards = nvidia_at(pci_gpus)
    if cards and not gpu_to_use(pci_gpus, gpus, driver):
        yield _set_aside(torch, cards)
        return
    if has_nvidia_gpu(pci_gpus, gpus) is not False or gpu_to_use(pci_gpus, gpus, driver) or driver_runs_here(driver):
        return
    if isinstance(host, Host) and isinstance(host.kernel, str) and "tegra" in host.kernel:
        return  # a Jetson: its GPU is on no bus
    other = " The AMD GPU here is used by ROCm builds only." if any(gpu.vendor == AMD for gpu in pci_gpus) else ""
    yield Finding(
        what=f"{torch_name(torch)} is a CUDA build, and this machine has no NVIDIA GPU.",
        why="The PCI bus shows none, so torch.cuda.is_available() is False and everything runs on the processor.",
        fix=Fix(
            "If that is as it should be, leave it, or install the CPU build, which saves gigabytes. If a GPU is meant "
            "to be here, it does not reach this system: look at the slot, the machine type or the job's resources."
            + other
        ),
        evidence={"torch.cuda": torch.cuda, "pci_gpus": [f"{gpu.vendor}:{gpu.device}" for gpu in pci_gpus]},
    )


def _set_aside(torch: Torch, cards: dict[str, PciGpu]) -> Finding:
    """Report that all cards are kept for virtual machines."""
    return Finding(
        what=f"{torch_name(torch)} is a CUDA build, and the host keeps {', '.join(map(described, cards.values()))} for "
        "virtual machines.",
        why="The kernel driver vfio-pci holds the card, so NVIDIA's driver does not get it: CUDA has no device.",
        fix=Fix(
            "If a virtual machine uses the card, run PyTorch there. If not, take it off vfio-pci (kernel parameter "
            "vfio-pci.ids, modprobe.d) and restart.",
            ("lspci -nnk -d 10de:", "grep -rn vfio /etc/modprobe.d /proc/cmdline"),
            Risk.REBOOT,
        ),
        cause="driver-not-loaded",
        evidence={"torch.cuda": torch.cuda} | {f"{place}.bound": gpu.bound for place, gpu in cards.items()},
    )
