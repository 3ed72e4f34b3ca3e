"""Builds the hand-written operators with torch.utils.cpp_extension, or takes them from the cache.

Every build has a folder of its own, and what it made is moved to its place at the end: builds side by side do not meet,
and one that is killed leaves no lock behind, on which torch would wait for ever.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch

from .data_download import cache_folder
from .refused import Failed

SOURCES = Path(__file__).with_name("csrc")
NAME = "envdoctor_operators"
SHARE = 0.8
"""Of the experiment's limit, for the build."""
OLD_SECONDS = 24 * 3600.0
LINES = 12
ERRORS = re.compile(
    r"(?:^|[\s:#])(?:fatal error|error)[\s:]|undefined reference|cannot find -l|No such file or directory|not found|"
    r"unsupported|mismatches|Error: |nvcc fatal", re.IGNORECASE,
)  # fmt: skip
NO_CAUSES = ("FAILED: ", "ninja: build stopped", "Error building extension", "CalledProcessError", "subprocess.",
             "raise ", 'File "', "Traceback")  # fmt: skip
"""Lines that only say that something failed."""


class Built(NamedTuple):
    """The extension and how it came about."""

    module: Any
    values: dict[str, Any]


def build(*, cuda: bool, fresh: bool, limit: float, run_it: bool = True) -> Built:
    """Return the operators.

    Args:
        cuda: with the file for GPUs.
        fresh: build, even if an earlier build is in the cache.
        limit: seconds of the experiment.
        run_it: load it; else it is only compiled.

    Raises:
        Failed: it cannot be built; the message is the first line that names a cause.
    """
    kept = _cache() / _key(cuda=cuda) / (NAME + _suffix())
    if not fresh and kept.is_file():
        with contextlib.suppress(ImportError):
            return Built(_load(kept), {"built": "kept from an earlier run"})
    with _folder() as folder:
        began = time.perf_counter()
        log, code = _compile(folder, cuda=cuda, limit=limit * SHARE)
        seconds = time.perf_counter() - began
        made = next(iter(sorted(folder.glob(NAME + "*" + _suffix()))), None)
        if code or made is None:
            raise Failed("the build failed: %s" % first_error(log), tuple(excerpt(log)))
        place = _keep(made, kept)
        values = {"built": "now", "build_seconds": seconds, "builder": _builder(log), "compiler": _compiler(log),
                  "library_bytes": place.stat().st_size}  # fmt: skip
        warnings = [line.strip() for line in log if "warning:" in line.lower() or "minor version mismatch" in line]
        if warnings:
            values["build_warnings"] = warnings[:LINES]
        return Built(_load(place) if run_it else None, values)


def first_error(log: list[str]) -> str:
    """Return the first line that names a cause; without one, the last."""
    told = [line.strip() for line in log if line.strip() and not any(word in line for word in NO_CAUSES)]
    found = next((line for line in told if ERRORS.search(line)), told[-1] if told else "without a word")
    return found[:300]


def excerpt(log: list[str]) -> list[str]:
    """Return the lines around the first error, and the last ones."""
    error = first_error(log)
    at = next((number for number, line in enumerate(log) if line.strip()[:300] == error), 0)
    around = log[max(0, at - 2) : at + LINES - 5]
    return [line[:300] for line in [*around, *[line for line in log[-3:] if line not in around]] if line.strip()]


def _compile(folder: Path, *, cuda: bool, limit: float) -> tuple[list[str], int]:
    names = ["binding.cpp", "operators_cpu.cpp"] + (["operators_cuda.cu"] if cuda else [])
    plan = {
        "name": NAME, "sources": [str(SOURCES / name) for name in names], "folder": str(folder), "cuda": cuda,
        "flags": (["/O2"] if os.name == "nt" else ["-O3"]) + (["-DENVDOCTOR_CUDA"] if cuda else []),
        "cuda_flags": ["-O3"], "environment": {"TORCH_CUDA_ARCH_LIST": _architecture()} if cuda else {},
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan), encoding="ascii")
    argv = [sys.executable, "-u", str(Path(__file__).with_name("build_extension.py")), str(os.getpid()),
            str(folder / "plan.json")]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failed("the build failed: no end after %.0f s" % limit, tuple(excerpt(_log(folder)))) from None
        finally:
            _end(process)
    return _log(folder), code


def _log(folder: Path) -> list[str]:
    return (folder / "log").read_bytes().decode("utf-8", "replace").splitlines()


def _end(process: Any) -> None:
    """End the build with its compilers: politely first, because ninja ends them itself then."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if process.poll() is not None:
            return
        with contextlib.suppress(OSError):
            if os.name == "nt":
                process.kill()
            else:
                os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2.0)


def _architecture() -> str:
    """Return the GPU that is compiled for: the one that is here, else one that every toolkit since CUDA 10 knows."""
    if torch.cuda.is_available():
        return "%d.%d" % torch.cuda.get_device_capability()
    return "7.5"


def _builder(log: list[str]) -> str:
    line = next((line for line in log if line.startswith("builder: ")), "builder: not known")
    return line.partition(": ")[2]


def _compiler(log: list[str]) -> str | None:
    """Return the program that was called for C++, as the log shows it."""
    for line in log:
        words = re.sub(r"^\[\d+/\d+\] ", "", line).split()
        if len(words) > 3 and "binding" in line and ("-c" in words or "/c" in words):  # noqa: PLR2004  # a call, no word
            return words[0] if words[0] != "ccache" else words[1]
    return None


def _cache() -> Path:
    return cache_folder().parent / "operators"


def _key(*, cuda: bool) -> str:
    """Name a build by all that it depends on."""
    parts = [str(torch.__version__), torch.version.cuda, sys.version, sysconfig.get_platform(), cuda,
             os.environ.get("CXX"), os.environ.get("CUDA_HOME"), os.environ.get("TORCH_CUDA_ARCH_LIST"),
             _architecture() if cuda else ""]  # fmt: skip
    digest = hashlib.sha256(repr(parts).encode())
    for path in sorted(SOURCES.iterdir()):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:24]


def _suffix() -> str:
    return ".pyd" if os.name == "nt" else ".so"


@contextlib.contextmanager
def _folder() -> Any:
    """Make a folder of our own, in the cache where that can be, and take away what killed builds left."""
    cache = _cache()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".build-", dir=str(cache)))
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="envdoctor-build-"))
    with contextlib.suppress(OSError):
        for old in cache.glob(".build-*"):
            if time.time() - old.stat().st_mtime > OLD_SECONDS:
                shutil.rmtree(str(old), ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(str(folder), ignore_errors=True)


def _keep(made: Path, kept: Path) -> Path:
    """Move a library to its place; where that cannot be, it is loaded from where it was made."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        made.replace(kept)
    except OSError:
        return made
    return kept


def _load(path: Path) -> Any:
    loader = importlib.machinery.ExtensionFileLoader(NAME, str(path))
    spec = importlib.util.spec_from_loader(NAME, loader)
    if spec is None:
        raise ImportError("no loader for %s" % path)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
