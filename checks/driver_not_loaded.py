from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Driver, Gpu, Host, PciGpu, Platform, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.driver_fits_card import all_unfit
from envdoctor.rules.judging import container_of, driver_installed, has_nvidia_gpu, nvidia_at, wsl_of
from envdoctor.rules.nvml_words import nvml_refusal
from envdoctor.rules.remedies import load_module

NVML_NOT_LOADED = 9
ON_THE_HOST = Fix(
    "Load the driver's module on the host, which this container shares, and see that nvidia-smi works there; then "
    "start the container anew with the GPU.",
    ("sudo modprobe nvidia", "nvidia-smi"),
    Risk.NEEDS_ROOT,
)
"""A container sees which modules the host has loaded, and which driver holds its cards."""


@check("DRV003", Severity.ERROR, cause="driver-not-loaded", because_of=("DRV006",))
def driver_not_loaded(
    driver: Driver | None,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    platform: Platform,
    host: Host,
) -> Iterator[Finding]:
    """The NVIDIA driver is installed, and its kernel module does not run.

    Usual reasons: the kernel was updated and the module was not built for it (DKMS failed, headers
    missing), Secure Boot refuses an unsigned module, nouveau or nova holds the card, the driver is too new or
    too old for the card, or the machine was not restarted after the installation. nvidia-smi "couldn't
    communicate with the NVIDIA driver". In a container it is the host's module that does not run.

    How to mend it: load the module by hand and read the kernel's reason; build it for the running kernel,
    sign it (or switch Secure Boot off), or restart.

    Source: https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/; NVML return code 9.
    """
    if driver is None or isinstance(driver.kernel, str) or wsl_of(platform):
        return
    present = has_nvidia_gpu(pci_gpus, gpus)
    refusal = nvml_refusal(driver)
    told = refusal[1] if refusal is not None and refusal[0] == NVML_NOT_LOADED else {}
    inside = container_of(platform) is not None
    if inside and not (told and driver.kernel is None and _held_by_nobody(pci_gpus)):
        return
    if present is False or driver.cuinit == 0 or _all_set_aside(pci_gpus):
        return
    if not told and (driver.kernel is not None or driver_installed(driver) is not True):
        return
    on_disk = inside or driver.module_on_disk is not False
    unfit = all_unfit(nvidia_at(pci_gpus).values(), driver) if on_disk else None
    yield Finding(
        what=f"The NVIDIA driver {_version(driver)}is installed, and its kernel module is not loaded"
        + ("." if on_disk else "; there is none for the running kernel."),
        why=unfit.why
        if unfit
        else "Programs find the driver's libraries and no kernel module behind them, so CUDA has no device.",
        fix=unfit.fix if unfit else ON_THE_HOST if inside else _fix(driver, host, on_disk=on_disk),
        cause=unfit.cause if unfit else "",
        confidence="proved" if told or present is True else "likely",
        evidence=_evidence(driver, pci_gpus) | told,
    )


def _held_by_nobody(pci_gpus: tuple[PciGpu, ...] | Unknown) -> bool:
    """Say whether the bus, which a container sees as the host does, shows cards and no driver on any of them."""
    cards = nvidia_at(pci_gpus).values()
    return bool(cards) and all(gpu.bound is None for gpu in cards)


def _version(driver: Driver) -> str:
    return f"{driver.library} " if isinstance(driver.library, str) else ""


def _all_set_aside(pci_gpus: tuple[PciGpu, ...] | Unknown) -> bool:
    cards = nvidia_at(pci_gpus).values()
    return bool(cards) and all(gpu.bound == "vfio-pci" for gpu in cards)


def _fix(driver: Driver, host: Host, *, on_disk: bool) -> Fix:
    if host.os == "windows":
        return Fix("Enable the card in the device manager, or install the driver again, and restart.", (), Risk.REBOOT)
    text = (
        "Restart if the driver was installed since the last start. Else load the module and read the kernel's answer: "
        + _secure_boot(driver)
        + '"No such device" means another driver on the card.'
        if on_disk
        else "Install the headers of the running kernel, build the module for it and load it; or start the kernel that "
        "the module was built for."
    )
    commands = load_module(host, on_disk=driver.module_on_disk is not False)
    return Fix(text, commands, Risk.NEEDS_ROOT)


def _secure_boot(driver: Driver) -> str:
    if driver.secure_boot is True:
        return (
            'Secure Boot is on: if it says "Key was rejected", enrol the key that the module is signed with '
            "(mokutil --import), or switch Secure Boot off. "
        )
    # Known to be off or not there, it cannot be the reason.
    unsure = isinstance(driver.secure_boot, Unknown)
    return '"Key was rejected" means Secure Boot (mokutil --sb-state). ' if unsure else ""


def _evidence(driver: Driver, pci_gpus: tuple[PciGpu, ...] | Unknown) -> dict[str, Any]:
    cards = {f"{path}.bound": gpu.bound for path, gpu in nvidia_at(pci_gpus).items()}
    facts: dict[str, Any] = {"driver.library": driver.library, "driver.module_on_disk": driver.module_on_disk}
    if driver.secure_boot is True and driver.module_on_disk is not False:
        facts["driver.secure_boot"] = True
    kept = {path: value for path, value in facts.items() if not isinstance(value, Unknown)}
    return kept | ({"driver.kernel": None} if driver.kernel is None else {}) | cards
