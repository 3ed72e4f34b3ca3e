from collections.abc import Iterator

from envdoctor.facts import Driver, Host, PciGpu, Platform, known
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import container_of, described, driver_installed, driver_runs_here, nvidia_at, wsl_of
from envdoctor.rules.nvml_words import nvml_refusal
from envdoctor.rules.remedies import install_driver


@check("DRV001", Severity.ERROR, cause="no-driver")
def driver_missing(
    driver: Driver | None, pci_gpus: tuple[PciGpu, ...], platform: Platform, host: Host
) -> Iterator[Finding]:
    """An NVIDIA GPU is in the machine, and no NVIDIA driver is installed.

    PyTorch brings CUDA's libraries along, and never the driver. Without one `torch.cuda.is_available()`
    is False ("Found no NVIDIA driver on your system"). A CUDA toolkit is no driver, and nouveau, which
    comes with Linux, cannot run CUDA.

    A card that is bound to vfio-pci is set aside for a virtual machine: that is only noted.

    How to mend it: install the driver that the distribution offers for the card, and restart.

    Source: https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/.
    """
    cards = nvidia_at(pci_gpus)
    if not cards or container_of(platform) or wsl_of(platform):
        return
    if all(gpu.bound == "vfio-pci" for gpu in cards.values()):
        if not driver_runs_here(driver):
            yield _set_aside(cards)
        return
    if driver is not None and nvml_refusal(driver) is not None:
        return  # a part of it that answers is installed
    if known(driver_installed(driver), "driver"):
        return
    path, gpu = next((path, gpu) for path, gpu in cards.items() if gpu.bound != "vfio-pci")
    more = f" (and {len(cards) - 1} more)" if len(cards) > 1 else ""
    held = f" The card is held by {gpu.bound}, which cannot run CUDA." if isinstance(gpu.bound, str) else ""
    yield Finding(
        what=f"No NVIDIA driver is installed; the PCI bus shows an {described(gpu)}{more}.",
        why=f"CUDA reaches the GPU through the driver only, which PyTorch does not bring along.{held}",
        fix=install_driver(host),
        evidence={f"{path}.vendor": gpu.vendor, f"{path}.device": gpu.device, f"{path}.bound": gpu.bound}
        | ({"driver": None} if driver is None else {"driver.library": driver.library}),
    )


def _set_aside(cards: dict[str, PciGpu]) -> Finding:
    return Finding(
        what=f"All {len(cards)} NVIDIA GPUs are bound to vfio-pci.",
        why="So they are set aside for virtual machines, and the host cannot compute on them.",
        fix=Fix("Leave it if that is meant; else take the card out of vfio's list of ids and restart."),
        severity=Severity.NOTE,
        evidence={f"{path}.bound": "vfio-pci" for path in cards},
    )
