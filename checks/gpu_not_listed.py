import re
from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, PciGpu, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works, nvidia_at


@check("DRV012", Severity.ERROR, cause="gpu-fault", because_of=("VIR001", "GPU001", "DRV005"))
def gpu_not_listed(
    driver: Driver | None,
    gpus: tuple[Gpu, ...],
    pci_gpus: tuple[PciGpu, ...],
    platform: Platform,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """The bus shows an NVIDIA GPU that the running driver holds, and the driver lists none.

    nvidia-smi says "No devices were found". The driver met the card and could not start it: it does not
    know this card (too new or too old for the driver, or it needs the open kernel module), the card
    has no power, or it is damaged.

    How to mend it: read the kernel's log for "RmInitAdapter failed"; update the driver, with its open
    kernel module for cards since Blackwell; look at the power connectors.

    Source: https://github.com/NVIDIA/open-gpu-kernel-modules (README, supported GPUs).
    """
    held = [(place, gpu) for place, gpu in nvidia_at(pci_gpus).items() if gpu.bound == "nvidia"]
    if driver is None or driver.nvml != 0 or gpus or not held:
        return
    # A container is given some GPUs or none; that is another check's, unless it was given one.
    inside = not isinstance(platform.container, Unknown | None)
    if (inside and not _was_given_one(driver)) or cuda_works(torch_run):
        return
    place, gpu = held[0]
    yield Finding(
        what=f"The bus shows {len(held)} NVIDIA GPU{'s' if len(held) > 1 else ''} (device {gpu.vendor}:{gpu.device}), "
        f"and driver {driver.version} lists none.",
        why="The driver holds the card and could not start it, so no program can use it.",
        fix=Fix(
            "Read why: the kernel's log says it. Then update the driver (cards since Blackwell need its open kernel "
            "module), or look at the card's power connectors.",
            ("sudo dmesg | grep -iE 'nvrm|RmInitAdapter' | tail -n 20",),
            Risk.NEEDS_ROOT,
        ),
        evidence={"driver.nvml": 0, "gpus": [], f"{place}.bound": gpu.bound},
    )


def _was_given_one(driver: Driver) -> bool:
    """Say whether a container has the device node of a GPU."""
    nodes = driver.device_nodes if isinstance(driver.device_nodes, tuple) else ()
    return any(re.fullmatch(r"/dev/nvidia\d+", node) for node in nodes)
