# ruff: noqa: PTH110, PTH118, PTH123  # pathlib and typing cost start time, at every check
"""What the scripts in this folder share: a voice, a loader of libraries, and no litter after a crash."""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Say = Callable[..., None]


def voice(descriptor: str) -> Say:
    """Return a function that tells facts to the parent, one JSON object a line."""
    channel = int(descriptor)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  # exists on Windows only

        channel = msvcrt.open_osfhandle(channel, os.O_WRONLY)

    def say(**facts: Any) -> None:
        os.write(channel, (json.dumps(facts) + "\n").encode("ascii"))

    return say


def leave_no_core() -> None:
    """Keep a crash in a driver's library from writing gigabytes into the working directory."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  # exists on POSIX only

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def load(name: str, folders: Sequence[str] = ()) -> tuple[ctypes.CDLL | None, str | None]:
    """Load a library as any program would; where the loader knows none of that name, from these folders.

    Returns:
        The library, or None; and why it does not load although it is there. Both are None where
        there is no such library.
    """
    for place in (name, *(os.path.join(folder, name) for folder in folders)):
        if place != name and not os.path.exists(place):
            continue
        try:
            return ctypes.CDLL(place), None
        except OSError as error:
            if not _is_absent(error, name):
                return None, str(error)[:500]
    return None, None


def _is_absent(error: OSError, name: str) -> bool:
    """Tell "there is no such library" from "it lacks another one" and from "it is no library"."""
    if isinstance(error, FileNotFoundError):  # Windows
        return True
    text = str(error)
    # glibc names the library that is missing first; musl adds "(needed by …)" if it is another one's.
    others = re.match(r"(lib[\w.+-]+):", text)
    if others and others[1] != name:
        return False
    return name in text and "no such file" in text.lower() and "needed by" not in text


def mapped(fragment: str) -> str | None:
    """Return the file that this process has mapped whose name begins so (Linux), or None."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = "/" + line.rstrip("\n").partition("/")[2]
                if path.rpartition("/")[2].startswith(fragment):
                    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except OSError:
        pass
    return None


def path_of(library: ctypes.CDLL, fragment: str) -> str:
    """Return the file that a loaded library came from; its bare name where the system does not tell."""
    if sys.platform == "win32":
        buffer = ctypes.create_unicode_buffer(1024)
        handle = ctypes.c_void_p(library._handle)  # noqa: SLF001  # the way that ctypes documents
        if ctypes.windll.kernel32.GetModuleFileNameW(handle, buffer, len(buffer)):
            return buffer.value
    return mapped(fragment) or library._name  # noqa: SLF001  # it has no public name


def number_to_version(number: int) -> str:
    """Turn CUDA's way of counting into a version: 12020 is "12.2".

    Raises:
        ValueError: there is no such CUDA.
    """
    if not 1000 <= number < 100_000:  # noqa: PLR2004  # 1.0 to 99.99
        raise ValueError(f"the driver says {number}, which is no CUDA")
    return f"{number // 1000}.{number % 1000 // 10}"
