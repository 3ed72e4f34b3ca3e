"""The rows of the compatibility tables, and how they are loaded: each table once, when it is first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

FOLDER = Path(__file__).resolve().parent

INDEX_URL = "https://download.pytorch.org/whl/"

T = TypeVar("T")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table. `source` holds places in the table's list of sources; see `sources`."""

    source: tuple[int, ...] = ()


class Variant(Row, frozen=True, kw_only=True):
    """A build of one release for one platform: for a CUDA version, or for the CPU alone."""

    name: str
    """`cpu` or `cu126`."""
    index: str
    """`pypi`, or the folder of download.pytorch.org/whl that carries it."""
    verified: bool
    """False: named somewhere, but nobody has read what it carries, or whether it was published."""
    arch: tuple[str, ...] = ()
    """Compute capabilities that it carries machine code for."""
    ptx: tuple[str, ...] = ()
    """Compute capabilities that it carries PTX for."""
    cudnn: str | None = None
    nccl: str | None = None

    @property
    def cuda(self) -> str | None:
        """The CUDA version that it is built with ("12.6"); None: none."""
        digits = self.name.removeprefix("cu")
        return f"{digits[:-1]}.{digits[-1]}" if digits.isdigit() else None

    @property
    def url(self) -> str | None:
        """What `--index-url` needs; None: PyPI carries it."""
        return None if self.index == "pypi" else INDEX_URL + self.index


class Wheels(msgspec.Struct, frozen=True, kw_only=True):
    """What a release publishes for one platform."""

    python: tuple[str, str]
    """The oldest and the newest Python that PyPI has wheels for, by their tags."""
    index_python: tuple[str, str]
    """The same for builds from PyTorch's own index, without what is an experiment of one platform."""
    default: str
    """The variant that PyPI carries."""
    variants: tuple[Variant, ...]
    numpy2: bool
    """Works with NumPy 2; otherwise only with NumPy 1."""
    free_threaded: tuple[str, ...] = ()
    """Pythons for whose free-threaded build there are wheels."""
    floor: str | None = None
    """The oldest glibc (Linux) or macOS; None: no such floor is known (Windows)."""
    floors: dict[str, str] = {}
    """Pythons ("3.14", "3.13t") whose wheels have another floor."""
    cxx11_abi: bool | None = None
    """Uses the new C++ string ABI; None: there is no such choice."""
    cxx11_abis: dict[str, bool] = {}
    """Variants that differ from it."""


class Companion(Row, frozen=True, kw_only=True):
    """The torchvision or torchaudio that belongs to a release."""

    version: str
    serves: tuple[str, ...]
    """All versions whose metadata allow this torch."""
    python_max: str | None = None
    """The newest Python that it is published for, where that is less than torch's."""
    python_min: dict[str, str] = {}
    """Platform → the oldest Python that it is published for, where that is more than torch's."""


class Release(Row, frozen=True, kw_only=True):
    """A PyTorch release."""

    version: str
    date: str
    """"2026-10-28", or without the day where that is not known."""
    platforms: dict[str, Wheels]
    """`linux_x86_64`, `linux_aarch64`, `windows_x86_64`, `macos_arm64`, `macos_x86_64` → wheels."""
    torchvision: Companion
    torchaudio: Companion
    triton: str | None = None
    """What its Linux wheels require of Triton ("==3.6.0")."""
    rocm: tuple[str, ...] = ()
    """ROCm versions that its build matrix names."""


class Toolkit(Row, frozen=True, kw_only=True):
    """A CUDA toolkit, from 10.0 on."""

    cuda: str
    released: bool
    """False for 12.7, which only a driver reports."""
    driver: dict[str, str | None] = {}
    """`linux`, `windows` → the oldest driver that knows all of it; None: not known."""
    minor_driver: dict[str, str | None] = {}
    """The same, by minor-version compatibility within its CUDA major; absent before CUDA 11."""
    releases: tuple[tuple[str, str | None, str | None], ...] = ()
    """(release, Linux driver, Windows driver) of the first one and its updates."""
    gcc_max: int | None = None
    """The newest GCC that nvcc accepts as host compiler."""
    clang_max: int | None = None
    msvc_years: tuple[int, int] | None = None
    """The oldest and the newest Visual Studio."""
    capability_min: str | None = None
    capability_max: str | None = None
    capabilities: tuple[str, ...] = ()
    """All that ptxas was seen to assemble for; empty: only the limits are known."""
    cudnn: str | None = None
    note: str | None = None


class Life(msgspec.Struct, frozen=True):
    """Of a driver branch on one operating system: its first day, its end of support, its newest driver."""

    first: str
    end: str
    latest: str


class Branch(Row, frozen=True, kw_only=True):
    """A branch of NVIDIA's drivers."""

    branch: str
    """"R580"."""
    cuda: dict[str, str]
    """`linux`, `windows` → the CUDA version that its drivers report."""
    life: dict[str, Life] = {}
    note: str = ""

    @property
    def number(self) -> int:
        """580 for R580."""
        return int(self.branch[1:])


class LastBranch(Row, frozen=True, kw_only=True):
    """The last driver branch for an architecture; `current` where there is no end in sight."""

    architecture: str
    branch: str


class Capability(Row, frozen=True, kw_only=True):
    """What holds for all GPUs of one compute capability."""

    capability: str
    architecture: str
    first_cuda: str
    last_cuda: str | None = None
    """None: the newest toolkit still supports it."""
    last_branch: str | None = None
    """None: current drivers support it (Tegra: its drivers come with JetPack)."""
    tegra: bool = False
    """An integrated GPU of a Jetson: it runs code made for exactly this capability, or nothing is promised."""


class Gpu(Row, frozen=True, kw_only=True):
    """A GPU by the name that NVIDIA's driver prints."""

    name: str
    capabilities: tuple[str, ...]
    """More than one: the same name is on different chips."""
    pci: tuple[str, ...] = ()
    """PCI device ids, four hexadecimal digits in lower case."""
    jetson: bool = False


class Wheel(msgspec.Struct, frozen=True, omit_defaults=True):
    """For which Pythons a version of a package has wheels on one platform."""

    python: tuple[str, ...] = ()
    """"3.11", "3.14t" (free-threaded), ">=3.9" (one wheel for all from there on); empty: for all."""
    floor: str | None = None
    """The oldest glibc or macOS that one of them is for."""


class Published(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Versions of a package whose metadata say the same."""

    versions: tuple[str, ...]
    """The oldest first."""
    torch: str | None = None
    """What they require of torch ("==2.10.0"); None: nothing."""
    python: str | None = None
    """What they require of Python."""
    cuda: str | None = None
    """The CUDA major that their wheels are linked with ("12"); None: with none, or nobody read it."""
    capability_min: str | None = None
    """Where these versions need a newer NVIDIA GPU than the package as a whole."""
    wheels: dict[str, Wheel] = {}
    """Platform, or `any` → wheels."""
    source: bool = False
    """There is a source distribution."""


class Package(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A package that people want beside torch."""

    name: str
    rows: tuple[Published, ...]
    """The oldest first."""
    built: bool = False
    """It is meant to be built from source, against the torch that is there."""
    nvcc: bool = False
    """Building it needs nvcc."""
    extra: str | None = None
    """Its requirement of torch stands under this extra ("torch")."""
    capability_min: str | None = None
    """The oldest NVIDIA GPU that it computes on; its metadata do not tell."""
    gpu: bool = False
    """Without an NVIDIA GPU it is of no use."""
    note: str | None = None
    """A sentence about it."""
    source: tuple[int, ...] = ()


class Packages(msgspec.Struct, frozen=True):
    """The file packages.json."""

    date: str
    sources: tuple[str, ...]
    packages: tuple[Package, ...]


class Releases(msgspec.Struct, frozen=True):
    """The file releases.json."""

    date: str
    sources: tuple[str, ...]
    releases: tuple[Release, ...]


class Toolkits(msgspec.Struct, frozen=True):
    """The file toolkits.json."""

    date: str
    sources: tuple[str, ...]
    toolkits: tuple[Toolkit, ...]


class Drivers(msgspec.Struct, frozen=True):
    """The file drivers.json."""

    date: str
    sources: tuple[str, ...]
    branches: tuple[Branch, ...]
    last: tuple[LastBranch, ...]


class Gpus(msgspec.Struct, frozen=True):
    """The file gpus.json."""

    date: str
    sources: tuple[str, ...]
    capabilities: tuple[Capability, ...]
    gpus: tuple[Gpu, ...]


def load(kind: type[T]) -> T:
    """Return a whole table: `Releases`, `Toolkits`, `Drivers`, `Gpus` or `Packages`."""
    if kind not in _loaded:
        _loaded[kind] = msgspec.json.decode((FOLDER / f"{kind.__name__.lower()}.json").read_bytes(), type=kind)
    table: T = _loaded[kind]
    return table


_loaded: dict[type[Any], Any] = {}
