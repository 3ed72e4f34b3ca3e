"""PATH, LD_LIBRARY_PATH and their kin, entry by entry: whether it exists, and what of CUDA lies in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envdoctor.facts import SearchPath, Unknown
from envdoctor.probes.reading import printable
from envdoctor.probes.system import System

LISTS = ("PATH", "LD_LIBRARY_PATH", "LIBRARY_PATH")
HOMES = ("CUDA_HOME", "CUDA_PATH")
LIBRARY = re.compile(r"(libcuda|libcudart|libcublas|libcudnn|libnccl|libnvJitLink)\.so(?:\.[\d.]+)?")
MOST = 200
"""Entries of one variable. Longer ones come from a start file that adds to itself; the rest is the same again."""


def probe(system: System) -> tuple[SearchPath, ...]:
    """Look at each entry of the variables that are set, in their order."""
    return tuple(_entries(system))


def _entries(system: System) -> Iterator[SearchPath]:
    separator = ";" if system.os == "windows" else ":"
    for variable in LISTS:
        value = system.environment.get(variable)
        if value:
            yield from (_look(system, variable, entry) for entry in value.split(separator)[:MOST])
    for variable in HOMES:
        value = system.environment.get(variable)
        if value:
            yield _look(system, variable, value)


def _look(system: System, variable: str, entry: str) -> SearchPath:
    if not _is_absolute(system, entry):
        # Relative to a working directory that may be another one when it matters.
        return SearchPath(variable, printable(entry), Unknown("it is no absolute path"))
    if variable == "PATH" and system.exists(f"{entry}/."):
        # Folders of programs hold thousands of names, of which one counts.
        return SearchPath(variable, printable(entry), exists=True, holds=_held(system, variable, entry, ()))
    names = system.listing(entry)
    if isinstance(names, Unknown):
        return SearchPath(variable, printable(entry), Unknown(printable(names.reason)))
    held = _held(system, variable, entry, names or ())
    return SearchPath(variable, printable(entry), names is not None, held)


def _is_absolute(system: System, entry: str) -> bool:
    return bool(re.match(r"[A-Za-z]:[\\/]|[\\/]{2}", entry)) if system.os == "windows" else entry.startswith("/")


def _held(system: System, variable: str, entry: str, names: tuple[str, ...]) -> tuple[str, ...]:
    nvcc = "nvcc.exe" if system.os == "windows" else "nvcc"
    found = {match[1] for name in names if (match := LIBRARY.fullmatch(name))}
    if nvcc in names or (not names and system.exists(f"{entry.rstrip('/')}/{nvcc}")):
        found.add("nvcc")
    if variable in HOMES and system.exists(f"{entry.rstrip('/')}/bin/{nvcc}"):
        found.add("bin/nvcc")
    return tuple(sorted(found))
