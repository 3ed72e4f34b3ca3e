from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, PciGpu, Toolkit, Torch, Unknown, known
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import driver_installed, has_nvidia_gpu, toolkits_at


@check(
    "TKT002",
    Severity.WARNING,
    cause="no-driver",
    because_of=("VIR001", "VIR002", "VIR003", "VIR005", "DRV001", "DRV003", "DRV005"),
)
def toolkit_without_driver(
    *,
    toolkits: tuple[Toolkit, ...],
    driver: Driver | None,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    torch: Torch | None | Unknown,
) -> Iterator[Finding]:
    """A CUDA toolkit is installed, and no NVIDIA driver.

    The toolkit compiles CUDA programs; the driver runs them. nvcc shows a version and looks like a working
    CUDA, yet `torch.cuda.is_available()` stays False. Installing another toolkit does not help, and
    PyTorch does not use it.

    How to mend it: install the driver if there is an NVIDIA GPU; on a machine that only compiles, leave it.

    Source: https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/ (the driver is a part of its own).
    """
    found = toolkits_at(toolkits)
    if not found or known(driver_installed(driver), "driver"):
        return
    if driver is not None and driver.smi is not None:
        known(driver.smi.exit_code, "driver.smi.exit_code")  # a silent nvidia-smi may have a driver behind it
    path, toolkit = next(iter(found.items()))
    version = f"CUDA {toolkit.version}" if isinstance(toolkit.version, str) else "CUDA"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    present = has_nvidia_gpu(pci_gpus, gpus)
    where = " nor an NVIDIA GPU" if present is False else ""
    yield Finding(
        what=f"A toolkit of {version} is installed in {toolkit.path}{more}, and there is no NVIDIA driver{where}.",
        why="The toolkit compiles CUDA programs, and only a driver runs them; PyTorch brings its own CUDA libraries.",
        fix=Fix(
            "Install the NVIDIA driver if this machine has or should have an NVIDIA GPU. If it only compiles, leave it."
        ),
        severity=Severity.NOTE if isinstance(torch, Torch) and torch.build != "cuda" else Severity.WARNING,
        evidence={f"{path}.version": toolkit.version, f"{path}.path": toolkit.path}
        | ({"driver": None} if driver is None else {"driver.library": driver.library}),
    )
