"""The machine as probes see it: its files, its variables, its programs. Tests hand in another one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from envdoctor.facts import Unknown
from envdoctor.probes.calls import Calls
from envdoctor.probes.command import Run, run

CAP_BYTES = 4_000_000
CHUNK_BYTES = 65536
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Without waiting: a named pipe that nobody writes to is empty, no reason to hang."""
ROOT = Path("/")


class System(msgspec.Struct, frozen=True, kw_only=True):
    """One door to everything outside of envdoctor.

    Paths are given as on the machine ("/proc/cpuinfo") and looked up below `root`.
    """

    root: Path = ROOT
    environment: Mapping[str, str] = {}
    run: Run = run
    calls: Calls = Calls()
    os: str = "linux"
    """`linux`, `windows` or `darwin`."""

    def path(self, path: str) -> Path:
        """Return where a path of the machine really lies."""
        return self.root / path.lstrip("/") if self.os != "windows" else Path(path)

    def _at(self, path: str) -> str:
        # Probes ask some hundred times; with pathlib and file objects that takes twice the time.
        return path if self.root == ROOT or self.os == "windows" else f"{self.root}/{path.lstrip('/')}"

    def read(self, path: str, cap_bytes: int = CAP_BYTES) -> str | None | Unknown:
        """Return a file's text, decoded leniently and cut at `cap_bytes`; None: there is no such file."""
        try:
            return _content(self._at(path), cap_bytes).decode("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            return Unknown(f"{path}: {getattr(error, 'strerror', None) or error}")

    def text(self, path: str) -> str | None:
        """Return a small file's text without white space around it; None also if it cannot be read."""
        content = self.read(path)
        return content.strip("\0 \t\r\n") if isinstance(content, str) else None

    def exists(self, path: str) -> bool:
        """Say whether something is there (False also where we may not look)."""
        try:
            return os.path.exists(self._at(path))  # noqa: PTH110  # see _at
        except (OSError, ValueError):
            return False

    def listing(self, folder: str) -> tuple[str, ...] | None | Unknown:
        """Return the sorted names in a folder; None: there is no such folder."""
        try:
            return tuple(sorted(os.listdir(self._at(folder))))  # noqa: PTH208  # see _at
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            return Unknown(f"{folder}: {getattr(error, 'strerror', None) or error}")

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the sorted names in a folder; empty if there is none or it cannot be read."""
        found = self.listing(folder)
        return found if isinstance(found, tuple) else ()

    def link(self, path: str) -> str | None:
        """Return what a symbolic link says, as it stands there; None: it is none, or cannot be read."""
        try:
            return os.readlink(self._at(path))  # noqa: PTH115  # see _at
        except (OSError, ValueError):
            return None

    def real(self, path: str) -> str:
        """Return a path of the machine with all symbolic links followed; itself where that fails."""
        try:
            real = os.path.realpath(self._at(path))
        except (OSError, ValueError):
            return path
        root = os.path.realpath(self.root) if self.os != "windows" else ""
        inside = root not in ("", "/") and real.startswith(f"{root}/")
        return real[len(root) :] if inside else real

    def which(self, program: str) -> str | None:
        """Return the path of the program that typing its name starts, as on the machine, or None."""
        return next(self._on_path(program), None)

    def everywhere(self, program: str) -> tuple[str, ...]:
        """Return all programs of this name on PATH; the first is the one that typing the name starts."""
        return tuple(self._on_path(program))

    def _on_path(self, program: str) -> Iterator[str]:
        for folder in dict.fromkeys(self.environment.get("PATH", "").split(os.pathsep)):
            candidate = f"{folder.rstrip('/')}/{program}"
            if folder and self._executable(candidate):
                yield candidate

    def _executable(self, path: str) -> bool:
        try:
            return os.access(self._at(path), os.X_OK) and os.path.isfile(self._at(path))  # noqa: PTH113  # see _at
        except (OSError, ValueError):
            return False


def _content(path: str, cap_bytes: int) -> bytes:
    descriptor = os.open(path, READ)
    try:
        chunks: list[bytes] = []
        while cap_bytes > 0 and (chunk := os.read(descriptor, min(cap_bytes, CHUNK_BYTES))):
            chunks.append(chunk)
            cap_bytes -= len(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def this_system() -> System:
    """Return the machine that envdoctor runs on."""
    name = {"win32": "windows", "darwin": "darwin"}.get(
        sys.platform, "linux" if sys.platform == "linux" else sys.platform
    )
    return System(environment=dict(os.environ), os=name)
