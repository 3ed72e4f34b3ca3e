from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.data import Gpu as Model
from envdoctor.data import gpu_by_pci
from envdoctor.facts import Driver, Gpu, Host, PciGpu, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import capabilities, container_of, driver_runs_here, gpu_to_use, nvidia_at, torch_name

OLDEST = (3, 7)
"""The oldest capability in any CUDA build that pip can install (2.0.1): beside older cards a CPU build is right."""


@check("TOR003", Severity.ERROR, cause="cpu-only-build", because_of=("GPU008",))
def torch_cpu_build(
    *,
    torch: Torch | None,
    torch_run: TorchRun | None | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    driver: Driver | None | Unknown,
    platform: Platform | Unknown,
    host: Host | Unknown,
) -> Iterator[Finding]:
    """PyTorch is a CPU build although the machine has an NVIDIA GPU.

    `torch.cuda.is_available()` is False, or "Torch not compiled with CUDA enabled" is raised, and
    everything runs on the processor. On Windows `pip install torch` gives a CPU build in every release;
    on Linux it comes from the CPU index, from a lock file or from a solver that preferred it.

    Where no NVIDIA driver runs, the card may be there for the screen only: that is a warning.

    How to mend it: install the CUDA build that fits driver and GPU, from PyTorch's own index if need be.

    Source: https://pytorch.org/get-started/locally/; torch/version.py of the installed files.
    """
    if torch is None or torch.build != "cpu" or not gpu_to_use(pci_gpus, gpus, driver):
        return
    if isinstance(host, Host) and host.os == "darwin":
        return  # there is no CUDA build for macOS
    container = container_of(platform)
    # A container sees the host's kernel module; only a user library that answers shows that the GPU came along.
    answers = (
        isinstance(driver, Driver) and 0 in (driver.nvml, driver.cuinit) if container else driver_runs_here(driver)
    )
    usable = (not isinstance(gpus, Unknown) and bool(gpus)) or answers
    if not usable and container:
        return  # the host's card, which this container was not given
    cards = capabilities(gpus, torch_run) or _by_bus(pci_gpus)
    if cards and all(number(capability) < OLDEST for capability in cards.values()):
        return
    names = ", ".join(cards) or "an NVIDIA GPU"
    yield Finding(
        what=f"{torch_name(torch)} is a CPU build; this machine has {names}.",
        why="A CPU build holds no code for the GPU: torch.cuda.is_available() is False whatever the driver does.",
        fix=Fix("Install the CUDA build that fits this driver and GPU.", (INSTALL,), Risk.CHANGES_ENVIRONMENT),
        severity=Severity.ERROR if usable else Severity.WARNING,
        evidence={"torch.version": torch.version, "torch.cuda": None}
        | ({"driver.version": driver.version} if isinstance(driver, Driver) else {})
        | {f"{path}.device": gpu.device for path, gpu in nvidia_at(pci_gpus).items()},
    )


def _by_bus(pci_gpus: tuple[PciGpu, ...] | Unknown) -> dict[str, str]:
    """Return name → compute capability of the cards whose PCI device id tells it."""
    models = {gpu.address: gpu_by_pci(gpu.device) for gpu in nvidia_at(pci_gpus).values()}
    return {
        f"{model.name} at {address}": model.capabilities[0]
        for address, model in models.items()
        if isinstance(model, Model) and len(model.capabilities) == 1
    }
