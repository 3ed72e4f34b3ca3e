import re
from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, PciGpu, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.driver_fits_card import all_unfit, unfit
from envdoctor.rules.judging import cuda_works, nvidia_at

SHARED_OUT = ("SLURM_JOB_ID", "SLURM_JOB_GPUS", "SLURM_STEP_GPUS")
"""A batch system hands out some of the GPUs, and the driver lists no others."""
READ_WHY = Fix(
    "Read why: the kernel's log says it. Then update the driver (cards since Blackwell need its open kernel "
    "module), or look at the card's power connectors.",
    ("sudo dmesg | grep -iE 'nvrm|RmInitAdapter' | tail -n 20",),
    Risk.NEEDS_ROOT,
)


@check("DRV012", Severity.ERROR, cause="gpu-fault", because_of=("VIR001", "GPU001", "DRV005"))
def gpu_not_listed(
    *,
    driver: Driver | None,
    gpus: tuple[Gpu, ...],
    pci_gpus: tuple[PciGpu, ...],
    platform: Platform,
    torch_run: TorchRun | None | Unknown,
    environment: dict[str, str] | Unknown,
) -> Iterator[Finding]:
    """The bus shows an NVIDIA GPU that the running driver holds, and the driver does not list it.

    nvidia-smi says "No devices were found", or shows fewer than are plugged in. The driver met the card and could
    not start it: it does not know this card (too new or too old for the driver, or it needs the open kernel
    module), the card has no power, or it is damaged. Where some cards work, this is a warning.

    How to mend it: read the kernel's log for "RmInitAdapter failed"; update the driver, with its open
    kernel module for cards since Blackwell; look at the power connectors.

    Source: https://github.com/NVIDIA/open-gpu-kernel-modules (README, supported GPUs).
    """
    if driver is None or driver.nvml != 0:
        return
    cards = nvidia_at(pci_gpus)
    held = {
        place: gpu for place, gpu in cards.items() if gpu.bound == "nvidia" or (not gpu.bound and unfit(gpu, driver))
    }
    if gpus:
        yield from _some(driver, gpus, held, platform, environment)
        return
    # A container is given some GPUs or none; that is another check's, unless it was given one.
    inside = not isinstance(platform.container, Unknown | None)
    if not held or (inside and not _was_given_one(driver)) or cuda_works(torch_run):
        return
    place, gpu = next(iter(held.items()))
    known = all_unfit(held.values(), driver)
    yield Finding(
        what=f"The bus shows {len(held)} NVIDIA GPU{'s' if len(held) > 1 else ''} (device {gpu.vendor}:{gpu.device}), "
        f"and driver {driver.version} lists none.",
        why=known.why if known else "The driver holds the card and could not start it, so no program can use it.",
        fix=known.fix if known else READ_WHY,
        cause=known.cause if known else "",
        evidence={"driver.nvml": 0, "gpus": [], f"{place}.bound": gpu.bound, f"{place}.device": gpu.device},
    )


def _some(
    driver: Driver,
    gpus: tuple[Gpu, ...],
    held: dict[str, PciGpu],
    platform: Platform,
    environment: dict[str, str] | Unknown,
) -> Iterator[Finding]:
    """Report cards that the driver holds and does not list beside others that it lists."""
    if platform.container is not None or not isinstance(environment, dict) or driver.denied_nodes:
        return
    listed = {_address(gpu.pci_address) for gpu in gpus}
    if None in listed or any(name in environment for name in SHARED_OUT):
        return
    lost = {place: gpu for place, gpu in held.items() if gpu.bound == "nvidia" and _address(gpu.address) not in listed}
    # Every address is another one: they are written in a way that is not understood.
    if not lost or len(lost) + len(gpus) != len([gpu for gpu in held.values() if gpu.bound == "nvidia"]):
        return
    where = ", ".join(gpu.address for gpu in lost.values())
    yield Finding(
        what=f"The bus shows {len(lost) + len(gpus)} NVIDIA GPUs, and driver {driver.version} lists {len(gpus)}: the "
        f"one{'s' if len(lost) > 1 else ''} at {where} {'are' if len(lost) > 1 else 'is'} missing.",
        why="The driver holds the card and could not start it, so programs see fewer GPUs than are plugged in.",
        fix=READ_WHY,
        severity=Severity.WARNING,
        evidence={"gpus": [gpu.index for gpu in gpus]}
        | {f"{place}.address": gpu.address for place, gpu in lost.items()},
    )


def _address(text: object) -> str | None:
    """Return bus, device and function of a PCI address, whose domain is written with four or eight digits."""
    found = re.fullmatch(r"(?:[0-9a-f]{4})?([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.\d)", str(text).lower())
    return found[1] if found else None


def _was_given_one(driver: Driver) -> bool:
    """Say whether a container has the device node of a GPU."""
    nodes = driver.device_nodes if isinstance(driver.device_nodes, tuple) else ()
    return any(re.fullmatch(r"/dev/nvidia\d+", node) for node in nodes)
