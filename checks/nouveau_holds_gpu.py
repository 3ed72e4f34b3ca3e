from collections.abc import Iterator

from envdoctor.facts import Driver, Host, PciGpu, Toolkit, Torch, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import described, driver_installed, driver_runs_here, nvidia_at, toolkits_at, wants_cuda
from envdoctor.rules.remedies import install_driver, keep_out

OPEN_DRIVERS = {
    # Name on the PCI bus → modules to keep from loading.
    "nouveau": ("nouveau",),
    "nova": ("nova_drm", "nova_core"),
    "nova_core": ("nova_drm", "nova_core"),
    "nova-core": ("nova_drm", "nova_core"),
    "NovaCore": ("nova_drm", "nova_core"),
}


@check("DRV006", Severity.ERROR, cause="driver-not-loaded", because_of=("DRV001",))
def nouveau_holds_gpu(
    pci_gpus: tuple[PciGpu, ...],
    driver: Driver | None | Unknown,
    torch: Torch | None | Unknown,
    toolkits: tuple[Toolkit, ...] | Unknown,
    host: Host,
) -> Iterator[Finding]:
    """The open driver nouveau (or nova) holds the NVIDIA GPU.

    A card has one kernel driver at a time. While nouveau or nova, which come with Linux, hold it,
    NVIDIA's module cannot take it ("No such device", "GPU is already bound"), and CUDA works with
    NVIDIA's only.

    How to mend it: install NVIDIA's driver; if it is there, keep the open one from loading, make the start
    image anew and restart.

    Source: https://docs.nvidia.com/cuda/cuda-installation-guide-linux/ (disabling Nouveau);
    https://docs.kernel.org/gpu/nova/.
    """
    held = {path: gpu for path, gpu in nvidia_at(pci_gpus).items() if gpu.bound in OPEN_DRIVERS}
    if not held or driver_runs_here(driver):
        return
    gpu = next(iter(held.values()))
    installed = driver_installed(driver) is True
    wanted = installed or wants_cuda(torch) or bool(toolkits_at(toolkits))
    more = f" (and {len(held) - 1} more)" if len(held) > 1 else ""
    yield Finding(
        what=f"The kernel driver {gpu.bound} holds the {described(gpu)}{more}.",
        why="CUDA works with NVIDIA's own driver only, which cannot take a card that another driver holds.",
        fix=_keep_out(host, str(gpu.bound)) if installed else install_driver(host),
        severity=Severity.ERROR if wanted else Severity.WARNING,
        evidence={f"{path}.bound": gpu.bound for path, gpu in held.items()},
    )


def _keep_out(host: Host, name: str) -> Fix:
    modules = OPEN_DRIVERS[name]
    return Fix(
        f"Keep {' and '.join(modules)} from loading, make the start image anew and restart. (It was the display's "
        "driver: see that NVIDIA's is installed completely before.)",
        keep_out(host, modules),
        Risk.REBOOT,
    )
