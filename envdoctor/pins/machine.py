"""The machine that pins are for: examined, or described in words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from envdoctor.data import Gpu as Model
from envdoctor.data import capabilities, gpu_by_name, gpu_by_pci
from envdoctor.facts import Driver, Gpu, Host, PciGpu, Platform, Python, Snapshot, Unknown

NVIDIA, AMD = "10de", "1002"
WSL_2 = 2
NO_GPU_BINDINGS = ("vfio-pci", "pci-stub", "xen-pciback")
"""Kernel drivers that keep a GPU for a virtual machine: it is not for this system."""


class Card(msgspec.Struct, frozen=True, order=True):
    """A GPU, as far as pins depend on it."""

    name: str
    capability: str
    """"8.6"."""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which PyTorch runs."""

    os: str
    """`linux`, `windows`, `macos` or `wsl2`."""
    python: str
    """"3.11.7" or "3.11"."""
    arch: str = "x86_64"
    """`x86_64` or `aarch64` (also for Apple's arm64)."""
    os_version: str | None = None
    """Of macOS ("14.5"); None: not known, and taken for new enough."""
    glibc: str | None = None
    """None: not known, and taken for new enough."""
    musl: bool = False
    """The C library is musl (Alpine Linux)."""
    driver: str | None | Unknown = None
    """The NVIDIA driver, on WSL 2 that of Windows; None: none is installed."""
    gpus: tuple[Card, ...] | Unknown = ()
    """NVIDIA GPUs; empty: there is none."""
    amd: bool = False
    """There is a GPU of AMD."""
    rocm: tuple[str, ...] = ()
    """What ROCm calls the AMD GPUs ("gfx1100"); empty: not known, or there is none."""
    jetson: bool = False
    implementation: str = "cpython"
    free_threaded: bool = False
    bits: int = 64
    numpy: str | None = None
    """The installed NumPy; None: not installed."""
    torch: str | None = None
    """The installed PyTorch ("2.15.0+cu132"); None: not installed."""

    @property
    def platform(self) -> str:
        """The key of its wheels in the table of releases: "linux_x86_64"."""
        system = "linux" if self.os == "wsl2" else self.os
        arch = "arm64" if system == "macos" and self.arch == "aarch64" else self.arch
        return f"{system}_{arch}"

    @property
    def driver_os(self) -> str:
        """`windows` where a Windows driver does the work (also under WSL 2), else `linux`."""
        return "windows" if self.os in ("windows", "wsl2") else "linux"

    @property
    def python_minor(self) -> str:
        """Of the interpreter, as in "3.11"."""
        return ".".join(self.python.split(".")[:2])

    @property
    def cards(self) -> tuple[Card, ...]:
        """The GPUs; empty also where they are not known."""
        return () if isinstance(self.gpus, Unknown) else self.gpus


def from_snapshot(snapshot: Snapshot) -> Machine | Unknown:
    """Make the machine of what was seen, or say what is missing for it."""
    host, python = snapshot.host, snapshot.python
    if isinstance(host, Unknown):
        return Unknown(f"the operating system is unknown: {host.reason}")
    if python is None or isinstance(python, Unknown):
        return Unknown("no Python was examined")
    if isinstance(python.version, Unknown):
        return Unknown(f"the examined Python does not tell its version: {python.version.reason}")
    gpus, driver = _gpus(snapshot), _driver(snapshot.driver)
    return Machine(
        os=_os(host, snapshot.platform),
        os_version=_os_version(host),
        arch=host.arch if isinstance(host.arch, str) else "x86_64",
        glibc=host.libc_version if host.libc == "glibc" and isinstance(host.libc_version, str) else None,
        musl=host.libc == "musl",
        driver=driver,
        gpus=gpus,
        amd=_has(snapshot, AMD),
        rocm=_rocm(snapshot),
        jetson=_is_jetson(host, gpus),
        torch=_torch(snapshot),
        numpy=None if isinstance(snapshot.packages, Unknown) else snapshot.packages.get("numpy"),
        **_interpreter(python),
    )


def _os(host: Host, platform: Platform | Unknown) -> str:
    if host.os == "linux" and isinstance(platform, Platform) and platform.wsl == WSL_2:
        return "wsl2"
    return {"darwin": "macos"}.get(host.os, host.os)


def _os_version(host: Host) -> str | None:
    if host.os != "darwin" or not isinstance(host.name, str):
        return None
    found = re.search(r"\d+(?:\.\d+)*", host.name)
    return found.group() if found else None


def _interpreter(python: Python) -> dict[str, Any]:
    values = {
        "python": python.version,
        "implementation": python.implementation,
        "free_threaded": python.free_threaded,
        "bits": python.bits,
    }
    # What is not known is taken for the usual.
    return {name: value for name, value in values.items() if value is not None and not isinstance(value, Unknown)}


def _driver(driver: Driver | None | Unknown) -> str | None | Unknown:
    return driver.version if isinstance(driver, Driver) else driver


def _gpus(snapshot: Snapshot) -> tuple[Card, ...] | Unknown:
    """Return the GPUs: as the driver lists them, else as the PCI bus shows them."""
    if isinstance(snapshot.gpus, tuple) and snapshot.gpus:
        return _all(_card(gpu) for gpu in snapshot.gpus)
    if isinstance(snapshot.pci_gpus, tuple):
        ours = [gpu for gpu in snapshot.pci_gpus if gpu.vendor == NVIDIA and gpu.bound not in NO_GPU_BINDINGS]
        return _all(_pci_card(gpu) for gpu in ours)
    if isinstance(snapshot.gpus, Unknown) and snapshot.driver is not None:
        return snapshot.gpus
    return ()


def _all(cards: Iterable[Card | Unknown]) -> tuple[Card, ...] | Unknown:
    found: list[Card] = []
    for card in cards:
        if isinstance(card, Unknown):
            return card
        found.append(card)
    return tuple(found)


def _card(gpu: Gpu) -> Card | Unknown:
    name = gpu.name if isinstance(gpu.name, str) else f"GPU {gpu.index}"
    if isinstance(gpu.compute_capability, str) and re.fullmatch(r"\d+\.\d+", gpu.compute_capability):
        return Card(name, gpu.compute_capability)
    return _of_model(name, gpu_by_name(name), "the driver does not tell its compute capability")


def _pci_card(gpu: PciGpu) -> Card | Unknown:
    name = gpu.name if isinstance(gpu.name, str) else f"NVIDIA device {gpu.device}"
    return _of_model(name, gpu_by_pci(gpu.device), f"the PCI device {gpu.device} is not in the data")


def _of_model(name: str, model: Model | None | Unknown, otherwise: str) -> Card | Unknown:
    if isinstance(model, Unknown):
        return model
    return Unknown(f"{name}: {otherwise}") if model is None else Card(model.name, model.capabilities[0])


def _has(snapshot: Snapshot, vendor: str) -> bool:
    return isinstance(snapshot.pci_gpus, tuple) and any(gpu.vendor == vendor for gpu in snapshot.pci_gpus)


def _rocm(snapshot: Snapshot) -> tuple[str, ...]:
    from envdoctor.pins.rocm_targets import target_of  # noqa: PLC0415  # seldom needed

    if not isinstance(snapshot.pci_gpus, tuple):
        return ()
    names = [gpu.name for gpu in snapshot.pci_gpus if gpu.vendor == AMD and isinstance(gpu.name, str)]
    return tuple(dict.fromkeys(target for name in names if (target := target_of(name))))


def _is_jetson(host: Host, gpus: tuple[Card, ...] | Unknown) -> bool:
    if isinstance(host.kernel, str) and "tegra" in host.kernel:
        return True
    return not isinstance(gpus, Unknown) and any(card.capability in tegra() for card in gpus)


@functools.cache
def tegra() -> frozenset[str]:
    """Return the compute capabilities of Jetsons."""
    return frozenset(one.capability for one in capabilities().values() if one.tegra)


def _torch(snapshot: Snapshot) -> str | None:
    torch = snapshot.torch
    return None if torch is None or isinstance(torch, Unknown) or isinstance(torch.version, Unknown) else torch.version
