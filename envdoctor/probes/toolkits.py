"""All CUDA toolkits on this machine: who names them, which nvcc wins, and their versions from their files."""

from __future__ import annotations

import re

import msgspec

from envdoctor.facts import Toolkit, Unknown
from envdoctor.probes.reading import printable
from envdoctor.probes.system import System
from envdoctor.probes.toolkit_version import from_files, from_nvcc

VARIABLES = ("CUDA_HOME", "CUDA_PATH", "CUDA_ROOT")
PLACES = (
    # Folder, how names of toolkits begin there, what to call it. A Debian package uses /usr/lib/cuda.
    ("/usr/local", "cuda", "/usr/local"),
    ("/opt", "cuda", "/opt"),
    ("/usr/lib", "cuda", "/usr/lib"),
)
WINDOWS_PLACE = "NVIDIA GPU Computing Toolkit/CUDA"
SCRIPT_BYTES = 4096
NVCC_SECONDS = 3.0
TRACES = ("bin/nvcc", "bin/nvcc.exe", "version.json", "version.txt", "include/cuda.h", "lib64/libcudart.so")
"""A folder with one of these is a toolkit, or the runtime part of one."""


class Candidate(msgspec.Struct, frozen=True):
    """A folder that may be a toolkit, and who names it."""

    root: str
    found_by: str
    nvcc: str | None = None
    """The nvcc by which it was found."""


def probe(system: System) -> tuple[Toolkit, ...]:
    """Look at PATH, the variables and the usual places. A folder reached in several ways is one toolkit."""
    found: dict[str, list[Candidate]] = {}
    for candidate in (*on_path(system), *by_variables(system), *in_places(system)):
        nvcc = candidate.nvcc or _nvcc(system, candidate.root)
        if nvcc or any(system.exists(f"{candidate.root}/{trace}") for trace in TRACES):
            # Distributions scatter a toolkit and link the pieces: the same nvcc is the same toolkit.
            key = system.real(nvcc or candidate.root)
            found.setdefault(key, []).append(msgspec.structs.replace(candidate, nvcc=nvcc))
    first = next(iter(found), None) if any(candidate.found_by == "PATH" for candidate in _flat(found)) else None
    return tuple(_toolkit(system, same, first=key == first) for key, same in found.items())


def on_path(system: System) -> list[Candidate]:
    """Return the toolkit of each nvcc on PATH, the one that wins first."""
    name = "nvcc.exe" if system.os == "windows" else "nvcc"
    found = []
    for program in system.everywhere(name):
        nvcc = system.real(program)
        target = behind_script(system.read(nvcc, SCRIPT_BYTES), system)
        nvcc = system.real(target) if target else nvcc
        # A link to ccache starts the next nvcc on PATH: it is none itself.
        if _base(nvcc) in ("nvcc", "nvcc.exe"):
            found.append(Candidate(_parent(_parent(nvcc)), "PATH", nvcc))
    return found


def behind_script(content: str | None | Unknown, system: System) -> str | None:
    """Return the nvcc that a small script on PATH starts (Debian's package has one), or None: it is no such script."""
    if not isinstance(content, str) or not content.startswith("#!"):
        return None
    for variable, path in re.findall(r"(?:\$\{?(\w+)\}?)?(/[^\s\"'$]*/nvcc|/nvcc)(?![\w/.-])", content):
        target = f"{system.environment.get(variable, '').rstrip('/')}{path}"
        if system.exists(target):
            return target
    return None


def by_variables(system: System) -> list[Candidate]:
    """Return what CUDA_HOME and its like name; one that names the folder `bin` is said to do so."""
    found = []
    for name in VARIABLES:
        value = _slashes(system, system.environment.get(name, "")).rstrip("/")
        if value and _base(value) == "bin" and not _nvcc(system, value):
            found.append(Candidate(_parent(value), f"{name} (its bin)"))
        elif value:
            found.append(Candidate(value, name))
    return found


def in_places(system: System) -> list[Candidate]:
    """Return what lies in the usual places, and in the conda environment if that has an nvcc."""
    if system.os == "windows":
        base = _slashes(system, system.environment.get("ProgramFiles") or system.environment.get("PROGRAMFILES", ""))
        place = f"{base}/{WINDOWS_PLACE}"
        found = [Candidate(f"{place}/{name}", "Program Files") for name in system.names(place)] if base else []
    else:
        found = [
            Candidate(f"{folder}/{name}", label)
            for folder, start, label in PLACES
            for name in system.names(folder)
            if name == start or name.startswith(f"{start}-")
        ]
    conda = _slashes(system, system.environment.get("CONDA_PREFIX", "")).rstrip("/")
    nvcc = next(filter(None, (_nvcc(system, root) for root in (conda, f"{conda}/Library"))), None) if conda else None
    return [*found, Candidate(_parent(_parent(nvcc)), "conda", nvcc)] if nvcc else found


def _toolkit(system: System, same: list[Candidate], *, first: bool) -> Toolkit:
    """Make one fact of all the ways by which one toolkit was found."""
    nvcc = same[0].nvcc
    roots = tuple(dict.fromkeys(system.real(candidate.root) for candidate in same))
    version: str | None | Unknown = next(filter(None, (from_files(system, root) for root in roots)), None)
    if version is None and nvcc is not None:
        version = from_nvcc(system.run([str(system.path(nvcc)), "--version"], seconds=NVCC_SECONDS))
    found_by = tuple(dict.fromkeys(candidate.found_by for candidate in same))
    return Toolkit(
        path=printable(roots[0]),
        version=version,
        nvcc=printable(system.real(nvcc)) if nvcc else None,
        found_by=found_by,
        first_on_path=first,
        cuda_home=any(name in found_by for name in ("CUDA_HOME", "CUDA_PATH")),
    )


def _nvcc(system: System, root: str) -> str | None:
    name = "nvcc.exe" if system.os == "windows" else "nvcc"
    path = f"{root}/bin/{name}"
    return path if system.exists(path) else None


def _flat(found: dict[str, list[Candidate]]) -> list[Candidate]:
    return [candidate for same in found.values() for candidate in same]


def _slashes(system: System, path: str) -> str:
    return path.replace("\\", "/") if system.os == "windows" else path


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _parent(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[0] or "/"
