from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, Host, PciGpu, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import cuda_works, driver_runs_here, gpu_to_use, has_nvidia_gpu, torch_name, wsl_of

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
    GPU is expected, it is not plugged in, not given to this machine, or this is a login node.

    How to mend it: nothing, if no GPU is meant to be here; a CPU build saves the room.

    Source: the PCI bus (/sys/bus/pci/devices) and torch/version.py.
    """
    if torch is None or torch.build != "cuda" or wsl_of(platform) is not None or cuda_works(torch_run):
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
