"""The folder of a new environment: nobody else's before, ours while it is built, whole or gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from envdoctor.setup.problem import SetupError, WrongWishError


def marker_of(folder: Path) -> Path:
    """Return the file that stands beside a folder while it is built."""
    return folder.with_name(f".{folder.name}.envdoctor-setup")


def check_free(folder: Path) -> None:
    """Refuse a folder that is somebody's. What an interrupted setup left half-made is nobody's.

    Raises:
        WrongWishError: it exists and is not empty, or is a file.
        SetupError: it cannot be looked at or made.
    """
    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise WrongWishError("DIR", f"{folder} is a file or a link, not a folder; name a new one")
        if not folder.exists():
            _check_parent(folder)
            return
        if next(folder.iterdir(), None) is None or is_left_over(folder):
            return
    except OSError as error:
        raise SetupError(f"{folder} cannot be looked at: {error.strerror}; name another folder") from None
    is_environment = (folder / "pyvenv.cfg").exists() or (folder / "conda-meta").exists()
    kind = "is an environment" if is_environment else "is not empty"
    raise WrongWishError("DIR", f"{folder} {kind}, and is left as it is; name a new folder, or remove it yourself")


def _check_parent(folder: Path) -> None:
    """Look for the nearest folder that exists: it must be one, and writable."""
    there = next((part for part in folder.parents if part.exists()), None)
    if there is None or not there.is_dir():
        raise WrongWishError("DIR", f"{folder} cannot be made: {there} is not a folder; name another one")
    if not os.access(there, os.W_OK | os.X_OK):
        raise SetupError(f"{folder} cannot be made: {there} is not writable for you; name another folder")


def is_left_over(folder: Path) -> bool:
    """Say whether a setup that is no longer running left this folder half-made (it was killed for good)."""
    try:
        process = json.loads(marker_of(folder).read_text(encoding="utf-8"))["pid"]
    except (OSError, ValueError, LookupError, TypeError):
        return False
    import psutil  # noqa: PLC0415  # rarely needed

    return isinstance(process, int) and not psutil.pid_exists(process)


class Building:
    """Makes the folder and its marker; on any failure, Ctrl-C included, takes away what it made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: list[Path] = []
        self._kept = False

    def __enter__(self) -> Building:  # noqa: PYI034  # Self came with Python 3.11
        check_free(self.folder)
        try:
            self._made = list(_missing(self.folder))
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            # "x": two setups of one folder at a time must not both begin.
            if is_left_over(self.folder):
                marker_of(self.folder).unlink()
            with marker_of(self.folder).open("x", encoding="utf-8") as file:
                json.dump({"pid": os.getpid()}, file)
        except FileExistsError:
            raise WrongWishError("DIR", f"another envdoctor setup is building {self.folder}; wait for it") from None
        except OSError as error:
            raise SetupError(f"{self.folder} cannot be made: {error.strerror}; name another folder") from None
        try:
            _empty(self.folder)
            self.folder.mkdir(exist_ok=True)
        except BaseException as error:
            self._remove()
            if isinstance(error, OSError):
                raise SetupError(f"{self.folder} cannot be made: {error.strerror}; name another folder") from None
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or self._kept:
            marker_of(self.folder).unlink(missing_ok=True)
        else:
            self._remove()

    def keep(self) -> None:
        """Let the folder stay, whatever happens from now on."""
        self._kept = True

    def _remove(self) -> None:
        """Take away what was made: the folder (if it was there before: its content), and those above that are new."""
        with _undisturbed():
            _empty(self.folder)
            marker_of(self.folder).unlink(missing_ok=True)
            for folder in self._made:
                with contextlib.suppress(OSError):  # not empty: somebody put something there meanwhile
                    folder.rmdir()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a second Ctrl-C or SIGTERM wait until the folder is gone."""
    if threading.current_thread() is not threading.main_thread():  # signals come to the main thread alone
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _missing(folder: Path) -> Iterator[Path]:
    """Yield the folders that must be made, the deepest first."""
    for part in (folder, *folder.parents):
        if part.exists():
            return
        yield part


def _empty(folder: Path) -> None:
    """Remove all that is in a folder. Links are removed, not followed. What a child that dies still writes goes too."""
    for _ in range(3):
        try:
            entries = list(folder.iterdir())
        except OSError:
            return
        for entry in entries:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    entry.unlink()
        if not entries:
            return
