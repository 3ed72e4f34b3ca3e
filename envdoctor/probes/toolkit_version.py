"""The version of a CUDA toolkit: from its files, which takes a millisecond less than asking its nvcc."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from envdoctor.facts import Unknown
from envdoctor.probes.command import Output
from envdoctor.probes.reading import whole
from envdoctor.probes.system import System

INCLUDES = ("include", "targets/x86_64-linux/include", "targets/sbsa-linux/include", "targets/aarch64-linux/include")
LIBRARIES = ("lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib")
HEADER_BYTES = 65536
"""The defines stand near the top of a header of a megabyte."""
DEFINES = (("cuda_runtime_api.h", "CUDART_VERSION"), ("cuda.h", "CUDA_VERSION"))


def from_files(system: System, root: str) -> str | None:
    """Return major and minor ("12.4") by the most exact file that is there, or None."""
    readers: tuple[Callable[[System, str], str | None], ...] = (_json, _text, _headers, _libraries)
    return next(filter(None, (read(system, root) for read in readers)), None)


def from_nvcc(answer: Output | None | Unknown) -> str | None | Unknown:
    """Understand `nvcc --version`."""
    if not isinstance(answer, Output):
        return answer or Unknown("nvcc does not start")
    found = re.search(r"release (\d+\.\d+)", answer.stdout)
    return found[1] if found else Unknown(f"nvcc --version ended with {answer.exit_code} and told no release")


class _Part(msgspec.Struct, frozen=True):
    version: str = ""


class _Version(msgspec.Struct, frozen=True):
    """version.json, since CUDA 11.1."""

    cuda_nvcc: _Part = _Part()
    cuda: _Part = _Part()


def _json(system: System, root: str) -> str | None:
    try:
        parts = msgspec.json.decode(system.text(f"{root}/version.json") or "{}", type=_Version)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return _short(parts.cuda_nvcc.version) or _short(parts.cuda.version)


def _text(system: System, root: str) -> str | None:
    """Read version.txt, until CUDA 11.0 (and Debian's): "CUDA Version 10.2.89"."""
    found = re.search(r"CUDA Version (\d+\.\d+)", system.text(f"{root}/version.txt") or "")
    return found[1] if found else None


def _headers(system: System, root: str) -> str | None:
    # Debian's and Fedora's packages keep the headers in /usr/include.
    folders = [f"{root}/{folder}" for folder in INCLUDES]
    folders += ["/usr/include"] if root.startswith("/usr/lib/") else []
    for folder in folders:
        for header, name in DEFINES:
            content = system.read(f"{folder}/{header}", HEADER_BYTES)
            found = re.search(rf"#define +{name} +(\d+)", content) if isinstance(content, str) else None
            number = whole(found[1]) if found else None
            if number and 1000 <= number < 1_000_000:  # noqa: PLR2004  # 13000 is 13.0
                return f"{number // 1000}.{number % 1000 // 10}"
    return None


def _libraries(system: System, root: str) -> str | None:
    for folder in LIBRARIES:
        for name in system.names(f"{root}/{folder}"):
            # Three numbers: libcudart.so.11.0 is what all of CUDA 11 calls itself.
            found = re.fullmatch(r"libcudart\.so\.(\d+\.\d+)\.\d+", name)
            if found:
                return found[1]
    return None


def _short(version: str) -> str | None:
    found = re.match(r"\d+\.\d+", version)
    return found[0] if found else None
