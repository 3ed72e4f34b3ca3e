"""Copies of cuDNN on disk, outside of the examined Python: system, toolkits, LD_LIBRARY_PATH, conda."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from envdoctor.facts import Library, Toolkit
from envdoctor.probes.reading import printable
from envdoctor.probes.system import System
from envdoctor.probes.toolkits import by_variables, in_places

SYSTEM = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
    "/usr/local/lib64",
)
IN_TOOLKIT = ("lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib", "bin", "bin/x64")
NAME = re.compile(r"libcudnn\.so(?:\.(\d+(?:\.\d+)*))?|cudnn64_(\d+)\.dll")
"""The main library; those beside it (libcudnn_ops.so …) belong to it."""
HEADERS = ("include/cudnn_version.h", "include/cudnn.h")
HEADER_BYTES = 65536
EXACT = 3
"""Numbers of a full version."""


def probe(system: System, toolkits: Sequence[Toolkit] = ()) -> tuple[Library, ...]:
    """Look through all folders that a loader or a build would look through. Links to one file are one copy.

    Args:
        system: the machine.
        toolkits: those that are known; those in the usual places and those that variables name are found without.
    """
    found: dict[str, tuple[str, str | None]] = {}
    for folder, owner in folders(system, toolkits):
        for name in system.names(folder):
            # Before the pattern: a library folder has thousands of names.
            if "cudnn" in name and NAME.fullmatch(name):
                path = f"{folder}/{name}"
                real = system.real(path)
                if system.exists(path):
                    found.setdefault(real, (folder, owner))
    return tuple(
        Library("cudnn", printable(real), version_of(system, real, folder), owner)
        for real, (folder, owner) in found.items()
    )


def folders(system: System, toolkits: Sequence[Toolkit] = ()) -> Iterator[tuple[str, str | None]]:
    """Yield folders and whose they are, the surest owner first; each real folder once."""
    seen: set[str] = set()
    for folder, owner in _all_folders(system, toolkits):
        real = system.real(folder) if folder.startswith("/") or system.os == "windows" else ""
        if real and real not in seen:
            seen.add(real)
            yield folder.rstrip("/"), owner


def _all_folders(system: System, toolkits: Sequence[Toolkit]) -> Iterator[tuple[str, str | None]]:
    environment = system.environment
    roots = [toolkit.path for toolkit in toolkits]
    named = (*by_variables(system), *in_places(system))
    roots += [candidate.root for candidate in named if candidate.found_by != "conda"]
    yield from ((f"{root}/{folder}", "toolkit") for root in roots if root != "/usr" for folder in IN_TOOLKIT)
    if environment.get("CONDA_PREFIX"):
        folder = "Library/bin" if system.os == "windows" else "lib"
        yield f"{environment['CONDA_PREFIX']}/{folder}", "conda"
    if system.os == "windows":
        yield from ((folder, owner_of(folder)) for folder in environment.get("PATH", "").split(os.pathsep) if folder)
        return
    yield from ((folder, "system") for folder in SYSTEM)
    yield from ((folder, owner_of(folder)) for folder in environment.get("LD_LIBRARY_PATH", "").split(":"))
    for name in system.names("/etc/ld.so.conf.d"):
        lines = (system.text(f"/etc/ld.so.conf.d/{name}") or "").split("\n")
        yield from ((line.strip(), "system") for line in lines)


def owner_of(folder: str) -> str | None:
    """Say whose a folder is by its path, or None: it does not tell."""
    parts = folder.replace("\\", "/").rstrip("/").split("/")
    if "site-packages" in parts or "dist-packages" in parts:
        return "torch" if parts[-2:] == ["torch", "lib"] else "wheel"
    return None


def version_of(system: System, path: str, folder: str) -> str | None:
    """Return the version by the file's name, else by the header beside it, else what the name has of it."""
    found = NAME.fullmatch(path.replace("\\", "/").rpartition("/")[2])
    named = (found[1] or found[2]) if found else None
    if named and named.count(".") >= EXACT - 1:
        return named
    for root in dict.fromkeys((*_above(path), *_above(folder))):
        for header in HEADERS:
            version = from_header(system.read(f"{root}/{header}", HEADER_BYTES))
            if version and (named is None or version.split(".")[0] == named.split(".")[0]):
                return version
    return named


def _above(path: str) -> tuple[str, ...]:
    """Return the folders in which `include` may lie: one to three levels up."""
    parts = path.replace("\\", "/").split("/")
    return tuple("/".join(parts[:-up]) for up in (1, 2, 3) if len(parts) > up)


def from_header(content: object) -> str | None:
    """Understand cudnn_version.h (cuDNN 7: cudnn.h)."""
    text = content if isinstance(content, str) else ""
    numbers = [re.search(rf"#define +CUDNN_{part} +(\d{{1,6}})", text) for part in ("MAJOR", "MINOR", "PATCHLEVEL")]
    return ".".join(number[1] for number in numbers if number) if all(numbers) else None
