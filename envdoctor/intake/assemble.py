"""Makes a snapshot of what was said. What nobody said is `Unknown("the text does not say")`, never "not there"."""

from __future__ import annotations

import re
from typing import Any

from envdoctor.compat import number
from envdoctor.data import Gpu as Model
from envdoctor.data import gpu_by_name
from envdoctor.facts import (
    Compiler,
    Driver,
    Gpu,
    Host,
    Library,
    Message,
    PciGpu,
    Platform,
    SearchPath,
    SharedMemory,
    Snapshot,
    Toolkit,
    Unknown,
)
from envdoctor.intake.claims import Claims
from envdoctor.intake.installed import NOT_SAID, companion, python, torch, torch_run, unsaid

VENDORS = {"amd": "1002", "intel": "8086", "apple": "106b"}
FOREIGN = re.compile(r"\b(?:intel|amd|radeon|instinct|apple|iris|gfx\d)", re.IGNORECASE)
HONEST_LIBC = (2, 28)
"""Older ones are mostly those that a Python binary was built with, which collect_env prints for the system's."""
VARIABLES_OF_PATHS = ("LD_LIBRARY_PATH", "LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH")
NEWER_PLATFORMS = (("win", "windows"), ("darwin", "darwin"), ("mac", "darwin"), ("os x", "darwin"), ("linux", "linux"))


def assemble(claims: Claims, messages: tuple[Message, ...]) -> Snapshot:
    """Return what is known of the machine that the text is about."""
    platform = _platform(claims)
    host = _host(claims, platform)
    return Snapshot(
        **dict.fromkeys(("cpu", "memory", "disks", "limits", "pythons"), NOT_SAID),
        cudnn=_cudnn(claims),
        host=host,
        platform=platform,
        shm=SharedMemory(**claims.under("shm")) if claims.has("shm.total_bytes") else NOT_SAID,
        driver=_driver(claims),
        gpus=_gpus(claims),
        pci_gpus=_other_gpus(claims),
        toolkits=_toolkits(claims),
        compilers=_compilers(claims),
        environment=claims.under("environment") or NOT_SAID,
        search_paths=_search_paths(claims),
        python=python(claims),
        packages=claims.under("packages") or NOT_SAID,
        torch=torch(claims, host),
        torch_run=torch_run(claims),
        torchvision=companion("torchvision", claims),
        torchaudio=companion("torchaudio", claims),
        messages=messages,
        told_by=claims.sources(),
    )


def _platform(claims: Claims) -> Platform:
    kernel = " ".join(str(one) for one in (claims.get("platform", ""), claims.get("host.kernel", "")))
    wsl: int | None | Unknown = NOT_SAID
    if "WSL2" in kernel or "microsoft-standard" in kernel:
        wsl = 2
    elif claims.has("wsl"):
        versions = [version for version in claims.all("wsl") if version]
        wsl = versions[0] if versions else 2
    return Platform(
        vm=_where(claims, "vm"),
        container=_where(claims, "container"),
        wsl=wsl,
        wsl_gpu_device=NOT_SAID,
        wsl_libcuda=NOT_SAID,
        linux_driver_in_wsl=NOT_SAID,
    )


def _where(claims: Claims, kind: str) -> str | None | Unknown:
    """Return the container or virtual machine: as a list says it, else as words name it."""
    said = claims.get(kind)
    if isinstance(said, str):
        return None if said.lower() in ("none", "no") else said
    words: str | Unknown = claims.get(f"{kind}.words", NOT_SAID)
    return words


def _host(claims: Claims, platform: Platform) -> Host | Unknown:
    name: str | None = claims.get("host.name") or claims.get("system.words")
    system = _system(name, str(claims.get("platform", "")), claims)
    if system is None and isinstance(platform.wsl, int):
        system = "linux"
    if system is None:
        return NOT_SAID
    if system == "windows" and isinstance(platform.wsl, int):
        system = "linux"
    return Host(
        os=system,
        name=name or NOT_SAID,
        kernel=claims.get("host.kernel", NOT_SAID),
        arch=_arch(claims, name or ""),
        libc="glibc" if system == "linux" and "alpine" not in (name or "").lower() else NOT_SAID,
        libc_version=_libc(claims),
    )


def _system(name: str | None, platform: str, claims: Claims) -> str | None:
    for text in (platform.lower(), (name or "").lower()):
        for words, system in NEWER_PLATFORMS:
            if text.startswith(words) or (words in text and words in ("windows", "linux")):
                return system
    if name and re.match(r"(?i)(microsoft )?windows", name):
        return "windows"
    if name or claims.has("host.libc_version") or claims.has("python.libc"):
        return "linux"
    return None


def _arch(claims: Claims, name: str) -> str | Unknown:
    text = " ".join((str(claims.get("host.arch", "")), str(claims.get("platform", "")), name)).lower()
    for word, arch in (("aarch64", "aarch64"), ("arm64", "aarch64"), ("x86_64", "x86_64"), ("amd64", "x86_64"),
                       ("x86-64", "x86_64"), ("ppc64le", "ppc64le")):  # fmt: skip
        if word in text:
            return arch
    return NOT_SAID


def _libc(claims: Claims) -> str | Unknown:
    said: str | None = claims.get("host.libc_version")
    if said:
        return said
    printed: str = claims.get("python.libc", "")
    if printed and number(printed) >= HONEST_LIBC:
        return printed
    return Unknown("collect_env prints what the Python binary was built with") if printed else NOT_SAID


def _driver(claims: Claims) -> Driver | Unknown:
    said = claims.under("driver")
    if not said:
        return NOT_SAID
    return Driver(**{**unsaid(Driver), **said})


def _gpus(claims: Claims) -> tuple[Gpu, ...] | Unknown:
    """Return the NVIDIA GPUs: as lists number them, else the one card that words name."""
    numbers = sorted({int(path.split(".")[1]) for path in claims if path.startswith("gpus.")})
    if numbers:
        found = [_gpu(number, claims.under(f"gpus.{number}")) for number in numbers]
        return tuple(gpu for gpu in found if not _is_foreign(gpu.name)) or NOT_SAID
    cards = claims.all("card.words")
    return (_gpu(0, {"name": cards[0]}),) if len(cards) == 1 else NOT_SAID


def _gpu(index: int, said: dict[str, Any]) -> Gpu:
    model = _model(said["name"]) if isinstance(said.get("name"), str) else None
    capability = NOT_SAID if model is None else model if isinstance(model, Unknown) else model.capabilities[0]
    return Gpu(**{**unsaid(Gpu), **said, "index": index, "compute_capability": capability})


def _model(name: str) -> Model | None | Unknown:
    """Find a card by its name, else by the name without remarks, else by the card inside of brackets."""
    plain = re.sub(r"\(.*?\)|\b(?:Laptop|Mobile|Max-Q)(?: GPU)?\b", " ", name)
    tries = [name, " ".join(plain.split()), *re.findall(r"\(([^)]{3,40})\)", name)]
    return next((found for one in tries if (found := gpu_by_name(one)) is not None), None)


def _is_foreign(name: object) -> bool:
    return isinstance(name, str) and FOREIGN.search(name) is not None


def _other_gpus(claims: Claims) -> tuple[PciGpu, ...] | Unknown:
    """Return adapters of other vendors that the text names; NVIDIA's stand in `gpus`."""
    found = [
        PciGpu(address="", vendor=number, device="", bound=NOT_SAID, name=name, numa_node=NOT_SAID)
        for vendor, number in VENDORS.items()
        for name in claims.all(f"{vendor}.words")[:4]
    ]
    return tuple(found) or NOT_SAID


def _toolkits(claims: Claims) -> tuple[Toolkit, ...] | Unknown:
    version: str | None = claims.get("nvcc.version")
    if not version:
        return NOT_SAID
    minor = ".".join(version.split(".")[:2])
    return (Toolkit(path="", version=minor, nvcc="nvcc", found_by=("PATH",), first_on_path=True),)


def _compilers(claims: Claims) -> tuple[Compiler, ...] | Unknown:
    version = claims.get("gcc.version")
    return (Compiler(name="gcc", path="gcc", version=version),) if version else NOT_SAID


def _search_paths(claims: Claims) -> tuple[SearchPath, ...] | Unknown:
    found = [
        SearchPath(variable=name, entry=entry, exists=NOT_SAID, holds=("libcuda",) if "/stubs" in entry else ())
        for name, value in claims.under("environment").items()
        if name in VARIABLES_OF_PATHS
        for entry in (value.split(":") if "LIBRARY" in name else (value,))[:64]
    ]
    return tuple(found) or NOT_SAID


def _cudnn(claims: Claims) -> tuple[Library, ...] | Unknown:
    version = claims.get("cudnn.version")
    return (Library(name="cudnn", path="", version=version, owner=NOT_SAID),) if version else NOT_SAID
