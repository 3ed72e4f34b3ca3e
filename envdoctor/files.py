"""Writes files whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


class CannotWriteError(Exception):
    """A file cannot be written. The message is one line: which file, why, and what to do."""


def write_atomically(path: Path, text: str) -> None:
    """Put a text into a file, as UTF-8 with line ends as they are. Missing folders are made.

    The text goes into a new file beside the old one, which it replaces when all of it is on disk. So
    whoever reads sees the old text or the new one, and a full disk or Ctrl-C leaves the old one.

    A link is followed: what it points at is replaced, not the link. Devices and pipes (`/dev/null`,
    a shell's `>(…)`) are written to, not replaced.

    Raises:
        CannotWriteError: the path is a directory, or the system refuses.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.is_dir():
            raise CannotWriteError(f"{path} is a directory; name a file in it")
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CannotWriteError(f"{path} cannot be written: {reason}; choose another place") from None


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # A short prefix of our own: the name of the file plus a suffix could be longer than a name may be.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".envdoctor-", suffix=".part")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor, not a path
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_mode(path))
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _mode(path: Path) -> int:
    """Return the old file's permissions, or those that a new file gets (mkstemp's are 0600)."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o7777
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask
