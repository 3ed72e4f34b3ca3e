"""Copies of the libraries that PyTorch computes with: what is installed, and which of them it really loads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from envdoctor.facts import Library, Torch, TorchRun, Unknown
from envdoctor.probes.cudnn import SYSTEM, folders, owner_of
from envdoctor.probes.patient import elf
from envdoctor.probes.reading import printable
from envdoctor.probes.system import System
from envdoctor.rules.owners import wheel_of

NAME = re.compile(
    r"(lib(?:cudart|cudnn(?:_\w+)?|cublas(?:Lt)?|cufft|cufile|cupti|curand|cusolver|cusparse(?:Lt)?|nccl|nvJitLink|nvrtc"
    r"|nvshmem_host|gomp|iomp5|omp|stdc\+\+))(?:-\w+)?\.so(?:\.(\d+(?:\.\d+)*))?"
)
BEGINNINGS = ("libcu", "libn", "libgomp", "libiomp", "libomp", "libstdc")
"""Before the pattern: a library folder has thousands of names."""
DRIVERS = ("libcuda", "libnvidia-ml")
"""These belong to the driver, and its facts tell of them."""
LINKED = ("libtorch_cuda.so", "libtorch_global_deps.so", "libtorch_cpu.so", "libtorch_python.so")
"""Those that name the folders of the others."""
TORCHS = ("libtorch_cuda", "libtorch_cpu", "libc10")
MOST = 300
TEXTS = ("<!doctype", "<html", "<?xml", "version https://git-lfs")
"""How what was downloaded instead of a library begins."""
START_BYTES = 64
EXACT = 3
"""Numbers of a version that says more than what all releases of a major call themselves."""


def probe(system: System) -> tuple[Library, ...]:
    """Look through the folders of the system, the toolkits, conda and LD_LIBRARY_PATH; links to one file are one."""
    if system.os == "windows":
        return ()
    return tuple(_copies(system, folders(system)))[:MOST]


def together(system: System, facts: Mapping[str, Any]) -> tuple[Library, ...] | Unknown:
    """Add what lies beside torch and what torch has loaded to what `probe` found.

    Args:
        system: the machine.
        facts: with `libraries`, `torch`, `torch_run`, `packages`.
    """
    outside, torch, run, packages = (facts[name] for name in ("libraries", "torch", "torch_run", "packages"))
    if isinstance(outside, Unknown):
        return outside
    found = {one.path: one for one in outside}
    if isinstance(torch, Torch) and isinstance(torch.path, str) and system.os != "windows":
        found |= {one.path: one for one in _copies(system, _beside(system, torch.path))}
    for name, path in (run.libraries if isinstance(run, TorchRun) else {}).items():
        bare = name.partition("-")[0]
        if bare not in (*DRIVERS, *TORCHS):
            known = found.get(path) or Library(bare, path, _version(path), owner_of(path.rpartition("/")[0]))
            found[path] = msgspec.structs.replace(known, loaded=True)
    known_packages = packages if isinstance(packages, dict) else {}
    places = _Places(system, torch.path if isinstance(torch, Torch) and isinstance(torch.path, str) else None)
    return tuple(_completed(one, known_packages, places) for one in list(found.values())[:MOST])


def _copies(system: System, places: Iterator[tuple[str, str | None]]) -> Iterator[Library]:
    seen: set[str] = set()
    for folder, owner in places:
        for name in system.names(folder):
            match = NAME.fullmatch(name) if name.startswith(BEGINNINGS) else None
            if match is None:
                continue
            real = system.real(f"{folder}/{name}")
            if real not in seen and system.exists(f"{folder}/{name}") and not _is_text(system, real, owner):
                seen.add(real)
                yield Library(match[1], printable(real), _version(real), owner)


def _is_text(system: System, path: str, owner: str | None) -> bool:
    """Say whether a package's file is no library: the page of a proxy, a pointer of Git LFS."""
    start = system.read(path, START_BYTES) if owner == "wheel" else None
    return isinstance(start, str) and start.lstrip().lower().startswith(TEXTS)


def _beside(system: System, torch: str) -> Iterator[tuple[str, str | None]]:
    """Yield the folders in which wheels put libraries: torch/lib, nvidia/*/lib, and NAME.libs of repaired wheels."""
    site = torch.rpartition("/")[0]
    yield f"{torch}/lib", "torch"
    for name in system.names(f"{site}/nvidia"):
        yield f"{site}/nvidia/{name}/lib", "wheel"
    for name in system.names(site):
        if name.endswith(".libs"):
            yield f"{site}/{name}", "wheel"


def _version(path: str) -> str | None:
    match = NAME.fullmatch(path.rpartition("/")[2])
    return match[2] if match else None


class _Places:
    """Where the loader looks besides what a library names itself."""

    def __init__(self, system: System, torch: str | None) -> None:
        self.written = _written_into(system, torch) if torch is not None else {}
        entries = [entry for entry in system.environment.get("LD_LIBRARY_PATH", "").split(":") if entry]
        self.named = {system.real(entry): entry for entry in reversed(entries)}
        self.preloaded = {system.real(path) for path in re.split(r"[ :]", system.environment.get("LD_PRELOAD", ""))}
        lines = list(SYSTEM)
        for name in system.names("/etc/ld.so.conf.d"):
            lines += (system.text(f"/etc/ld.so.conf.d/{name}") or "").split("\n")
        self.configured = {system.real(line.strip()) for line in lines if line.startswith("/")}

    def who(self, path: str) -> str | None:
        folder = path.rpartition("/")[0]
        if path in self.preloaded:
            return "LD_PRELOAD"
        if folder in self.named:
            return f"LD_LIBRARY_PATH={printable(self.named[folder])}"
        if folder in self.written:
            return f"RPATH of {self.written[folder]}"
        return "ldconfig" if folder in self.configured else None


def _written_into(system: System, torch: str) -> dict[str, str]:
    """Return folder → the library of PyTorch that has it written in as a place to look (RPATH or RUNPATH)."""
    found: dict[str, str] = {}
    for name in LINKED:
        said = elf.read(str(system.path(f"{torch}/lib/{name}")))
        for entry in (said.runpath or "").split(":") if said is not None else ():
            # Each library looks from where it lies itself.
            folder = re.sub(r"\$(?:ORIGIN|\{ORIGIN\})", f"{torch}/lib", entry)
            if folder.startswith("/"):
                found.setdefault(system.real(folder), name)
    return found


def _completed(one: Library, packages: Mapping[str, str], places: _Places) -> Library:
    """Add the package, and by it the version where the file's name tells no more than the major one."""
    package = None
    if one.owner in ("wheel", "torch"):
        above = one.path.split("/")[-2].removesuffix(".libs") if "/" in one.path else ""
        repaired = re.sub(r"[-_.]+", "-", above).lower()
        name = wheel_of(one.name, packages) or (repaired if repaired in packages else None)
        name = "torch" if one.owner == "torch" else name
        package = f"{name} {packages[name]}" if name is not None and name in packages else None
    exact = isinstance(one.version, str) and one.version.count(".") >= EXACT - 1
    version = one.version if exact or one.owner != "wheel" or not package else package.partition(" ")[2]
    return msgspec.structs.replace(one, version=version, package=package, brought_by=places.who(one.path))
