"""Small judgements that several checks share. Pure; each says what it goes by."""

from __future__ import annotations

import re

from envdoctor.facts import Driver, Failure, Gpu, PciGpu, Platform, Toolkit, Torch, TorchRun, Unknown

NVIDIA = "10de"
CAPABILITY = re.compile(r"\d+\.\d+", re.ASCII)
"""What a saved report says otherwise is no compute capability."""


def nvidia_on_bus(pci_gpus: tuple[PciGpu, ...] | Unknown) -> tuple[PciGpu, ...]:
    """Return the NVIDIA adapters that the PCI bus shows; empty also where the bus cannot be read."""
    return () if isinstance(pci_gpus, Unknown) else tuple(gpu for gpu in pci_gpus if gpu.vendor == NVIDIA)


def has_nvidia_gpu(pci_gpus: tuple[PciGpu, ...] | Unknown, gpus: tuple[Gpu, ...] | Unknown) -> bool | Unknown:
    """Say whether an NVIDIA GPU is there: by the driver's list or by the bus; Unknown if neither can tell."""
    if not isinstance(gpus, Unknown) and gpus:
        return True
    if not isinstance(pci_gpus, Unknown):
        return bool(nvidia_on_bus(pci_gpus))
    return Unknown(gpus.reason if isinstance(gpus, Unknown) else pci_gpus.reason)


def capabilities(gpus: tuple[Gpu, ...] | Unknown, run: TorchRun | None | Unknown) -> dict[str, str]:
    """Return name → compute capability of the GPUs that count: those that torch sees, else all of the driver's."""
    if isinstance(run, TorchRun) and run.devices:
        return {
            gpu_name(device.index, device.name): device.compute_capability
            for device in run.devices
            if isinstance(device.compute_capability, str) and CAPABILITY.fullmatch(device.compute_capability)
        }
    if isinstance(gpus, Unknown):
        return {}
    return {
        gpu_name(gpu.index, gpu.name): gpu.compute_capability
        for gpu in gpus
        if isinstance(gpu.compute_capability, str) and CAPABILITY.fullmatch(gpu.compute_capability)
    }


def cuda_works(run: TorchRun | None | Unknown) -> bool:
    """Say whether torch was seen to reach a GPU."""
    return isinstance(run, TorchRun) and run.available is True


def driver_runs_here(driver: Driver | None | Unknown) -> bool:
    """Say whether an NVIDIA driver is there and answers: by its kernel module, by NVML, or by cuInit."""
    if not isinstance(driver, Driver):
        return False
    return isinstance(driver.kernel, str) or driver.nvml == 0 or driver.cuinit == 0


def wants_cuda(torch: Torch | None | Unknown) -> bool:
    """Say whether the PyTorch that is installed is a CUDA build."""
    return isinstance(torch, Torch) and torch.build == "cuda"


def nvidia_at(pci_gpus: tuple[PciGpu, ...] | Unknown) -> dict[str, PciGpu]:
    """Return path of the fact → adapter, for the NVIDIA adapters on the PCI bus ("pci_gpus.0")."""
    if isinstance(pci_gpus, Unknown):
        return {}
    return {f"pci_gpus.{place}": gpu for place, gpu in enumerate(pci_gpus) if gpu.vendor == NVIDIA}


def described(gpu: PciGpu) -> str:
    """Name an adapter as a person would: "NVIDIA GPU 10de:2204 at 0000:01:00.0"."""
    name = gpu.name if isinstance(gpu.name, str) else f"NVIDIA GPU {gpu.vendor}:{gpu.device}"
    return f"{name} at {gpu.address}"


def container_of(platform: Platform | Unknown) -> str | None:
    """Return the kind of container, or None: there is none, or it could not be told."""
    return platform.container if isinstance(platform, Platform) and isinstance(platform.container, str) else None


def wsl_of(platform: Platform | Unknown) -> int | None:
    """Return the version of WSL, or None: there is none, or it could not be told."""
    return platform.wsl if isinstance(platform, Platform) and isinstance(platform.wsl, int) else None


def driver_installed(driver: Driver | None | Unknown) -> bool | Unknown:
    """Say whether an NVIDIA driver is installed, whether or not it runs. The module nouveau alone is none."""
    if driver is None or isinstance(driver, Unknown):
        return driver or False
    if isinstance(driver.library, str) or driver.module_on_disk is True or driver_runs_here(driver):
        return True
    unsure = (fact for fact in (driver.kernel, driver.library) if isinstance(fact, Unknown))
    return next(unsure, False)


def toolkits_at(toolkits: tuple[Toolkit, ...] | Unknown) -> dict[str, Toolkit]:
    """Return path of the fact → toolkit, for those that somebody installed to compile with.

    The runtime libraries that come with a CUDA build of PyTorch are no sign that CUDA was asked for.
    """
    if isinstance(toolkits, Unknown):
        return {}
    return {
        f"toolkits.{place}": toolkit
        for place, toolkit in enumerate(toolkits)
        if isinstance(toolkit.nvcc, str) and toolkit.found_by != ("wheels",)
    }


def compiling_toolkit(toolkits: tuple[Toolkit, ...] | Unknown) -> tuple[str, Toolkit] | None:
    """Return path and toolkit whose nvcc builds an extension of PyTorch, or None.

    CUDA_HOME's (or CUDA_PATH's), else the one of the nvcc that is first on PATH; so torch.utils.cpp_extension
    looks for it.
    """
    found = toolkits_at(toolkits).items()
    named = (pair for pair in found if pair[1].cuda_home)
    first = (pair for pair in found if pair[1].first_on_path)
    return next(named, None) or next(first, None)


SAID = (
    # What CUDA's runtime says where PyTorch does not pass its number on → the number.
    ("driver is a stub library", 34),
    ("system not yet initialized", 802),
    ("unsupported display driver / cuda driver combination", 803),
    ("forward compatibility was attempted", 804),
    ("CUDA unknown error", 999),
)


def cuda_code(driver: Driver | None | Unknown, run: TorchRun | None | Unknown) -> tuple[int, str, int | str] | None:
    """Return why CUDA does not start: its number, the path of the fact that says so, and that fact.

    cuInit's own answer comes first. Where it could not be asked, or succeeded outside of PyTorch, the
    message of PyTorch counts. None: it starts, or there is no number.
    """
    if isinstance(driver, Driver) and isinstance(driver.cuinit, int) and driver.cuinit != 0:
        return driver.cuinit, "driver.cuinit", driver.cuinit
    text = run.init_error if isinstance(run, TorchRun) else None
    if not text:
        return None
    numbered = re.search(r"\b[Ee]rror:? \(?(\d{1,3})\b", text)
    number = int(numbered[1]) if numbered else next((code for words, code in SAID if words in text), None)
    return None if number is None else (number, "torch_run.init_error", text)


SILENCE = re.compile(r"no answer|did not answer|no end after|\bSIG[A-Z]{3,}|exit code \d+ in (load lib|(nvml|cu)[A-Z])")
"""How probes say that something hung, crashed, or ended the process that asked it."""


def went_silent(fact: object) -> str | None:
    """Return the reason if a fact is unknown because the one that was asked hung or died, else None."""
    if not isinstance(fact, Unknown):
        return None
    return fact.reason if SILENCE.search(fact.reason) else None


def torch_name(torch: Torch) -> str:
    """Name PyTorch as it stands in a sentence: "PyTorch 2.15.0+cu132"; without a version that is not known."""
    return f"PyTorch {torch.version}" if isinstance(torch.version, str) else "PyTorch"


def gpu_name(index: int, name: str | None | Unknown) -> str:
    """Name a GPU as it stands in a sentence: "GPU 0 (NVIDIA A100)"; without a name that is not known."""
    return f"GPU {index} ({name})" if isinstance(name, str) else f"GPU {index}"


def said(failure: Failure) -> str:
    """Return what a child said as it ended: its last lines without the stack and the source lines of a traceback."""
    spoken = (line for line in failure.last_lines if not line.startswith("  ") or line.lstrip().startswith("what():"))
    return "\n".join((failure.detail, *spoken))


def gpu_to_use(
    pci_gpus: tuple[PciGpu, ...] | Unknown, gpus: tuple[Gpu, ...] | Unknown, driver: Driver | None | Unknown
) -> bool:
    """Say whether an NVIDIA GPU is seen that programs of this system could use.

    By the driver's list, by CUDA's count (a Jetson's GPU is on no bus), or by the bus, where cards that
    are set aside for virtual machines do not count.
    """
    if isinstance(driver, Driver) and isinstance(driver.cuda_device_count, int) and driver.cuda_device_count > 0:
        return True
    if not isinstance(gpus, Unknown) and gpus:
        return True
    return any(gpu.bound != "vfio-pci" for gpu in nvidia_on_bus(pci_gpus))
