"""Compiles the fake libraries, once for a run of the tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import msgspec

SOURCES = Path(__file__).parent / "native"
FLAGS = ("-shared", "-fPIC", "-O1", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden")


class NoCompilerError(Exception):
    """There is no C compiler here; the message says so, as the reason for skipping a test."""


class Libraries(msgspec.Struct, frozen=True):
    """The files of the fake libraries."""

    nvml: Path
    libcuda: Path
    foreign: Path
    """A library that has nothing to do with either."""


def compile_libraries(folder: Path) -> Libraries:
    """Compile both libraries into a folder.

    Raises:
        NoCompilerError: neither gcc nor cc is on PATH.
        subprocess.CalledProcessError: the sources do not compile.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NoCompilerError("the fake NVIDIA libraries need gcc or cc, and there is neither on PATH")
    built = Libraries(folder / "nvml.so", folder / "libcuda.so", folder / "foreign.so")
    for source, target, name in (
        (SOURCES / "nvml.c", built.nvml, "libnvidia-ml.so.1"),
        (SOURCES / "libcuda.c", built.libcuda, "libcuda.so.1"),
        (SOURCES / "foreign.c", built.foreign, "libother.so.1"),
    ):
        argv = [compiler, *FLAGS, f"-Wl,-soname,{name}", "-o", str(target), str(source), "-ldl"]
        subprocess.run(argv, check=True, capture_output=True, timeout=60)
    return built
