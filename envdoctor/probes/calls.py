"""What the kernel, the C library and the registry answer when called, where no file says it.

Probes reach all of it through `System.calls`, so that a test can hand in another machine's answers.
Each function never raises: None means that there is no such thing here.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from envdoctor.facts import Unknown

NOT_WRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT})
"""What opening a new file says where nothing can be written. Others say that this way of asking is not supported."""


class Room(msgspec.Struct, frozen=True):
    """Size of a file system and what an ordinary user may still write there, in bytes."""

    total_bytes: int
    free_bytes: int


class Counts(msgspec.Struct, frozen=True):
    """Cores where no /proc tells them (Windows, macOS)."""

    physical: int | None
    logical: int | None
    load: float | None


class MainMemory(msgspec.Struct, frozen=True):
    """Memory where no /proc tells it (Windows, macOS), in bytes."""

    total_bytes: int
    available_bytes: int
    swap_bytes: int


def _uname() -> tuple[str, str]:
    if sys.platform != "win32":
        kernel = os.uname()
        return kernel.release, kernel.machine
    return "", os.environ.get("PROCESSOR_ARCHITEW6432") or os.environ.get("PROCESSOR_ARCHITECTURE", "")


def _product_version() -> str | None:
    import platform  # noqa: PLC0415  # a start on Linux does not need it

    if sys.platform == "win32":
        return platform.win32_ver()[1] or None
    return platform.mac_ver()[0] or None


def _registry(key: str, name: str) -> str | None:
    if sys.platform != "win32":
        return None
    import winreg  # noqa: PLC0415  # exists there alone

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            return str(winreg.QueryValueEx(opened, name)[0])
    except OSError:
        return None


def _libc() -> str | None:
    # The C library that really runs; the Python binary only says which one it was built on.
    try:
        return os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, OSError, ValueError):
        return None


def _affinity() -> int | None | Unknown:
    try:
        if sys.platform == "linux":
            return len(os.sched_getaffinity(0))
        if sys.platform == "win32":
            import psutil  # noqa: PLC0415  # 20 ms that a start on Linux does not need

            return len(psutil.Process().cpu_affinity() or ())
    except Exception as error:  # noqa: BLE001  # psutil has errors of its own
        return Unknown(f"CPU affinity: {error}")
    return None


def _limit(name: str) -> int | None | Unknown:
    """Return the soft limit of this process; None: unlimited."""
    try:
        import resource  # noqa: PLC0415  # not on Windows

        soft, _hard = resource.getrlimit(getattr(resource, name))
    except (ImportError, AttributeError) as error:
        return Unknown(f"{name} does not exist here: {error}")
    except (OSError, ValueError) as error:
        return Unknown(f"{name}: {error}")
    return None if soft == resource.RLIM_INFINITY else int(soft)


def _room(folder: Path) -> Room | None | Unknown:
    try:
        if sys.platform == "win32":
            import shutil  # noqa: PLC0415  # os.statvfs does the rest of the world

            usage = shutil.disk_usage(folder)
            return Room(usage.total, usage.free)
        found = os.statvfs(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return Unknown(f"{getattr(error, 'strerror', None) or error}")
    return Room(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize)


def _writable(folder: Path) -> bool | None | Unknown:
    """Say whether a new file can be made in a folder; None: there is no such folder. Nothing stays behind."""
    try:
        if hasattr(os, "O_TMPFILE"):
            # A file without a name: the one question that quotas, full disks and read-only mounts all answer.
            os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600))
            return True
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno in NOT_WRITABLE:
            return False
    except ValueError as error:
        return Unknown(str(error))
    return _may_write(folder)


def _may_write(folder: Path) -> bool | None | Unknown:
    try:
        return os.access(folder, os.W_OK | os.X_OK) if folder.is_dir() else None
    except (OSError, ValueError) as error:
        return Unknown(f"{getattr(error, 'strerror', None) or error}")


def _home() -> str | None:
    """Return the home folder that the user database names; None: this user is not in it."""
    try:
        import pwd  # noqa: PLC0415  # not on Windows

        return pwd.getpwuid(os.getuid()).pw_dir or None
    except (ImportError, KeyError, AttributeError):
        return None


def _working() -> str | None | Unknown:
    try:
        return os.getcwd()  # noqa: PTH109  # a str, and no pathlib error on the way
    except FileNotFoundError:
        return None
    except OSError as error:
        return Unknown(f"working directory: {error.strerror}")


def _counts() -> Counts | Unknown:
    try:
        import psutil  # noqa: PLC0415  # 20 ms that a start on Linux does not need

        # On Windows psutil computes the load itself, from its first call on: the first answer says nothing.
        load = psutil.getloadavg()[0] if sys.platform != "win32" else None
        return Counts(psutil.cpu_count(logical=False), psutil.cpu_count(), load)
    except Exception as error:  # noqa: BLE001  # psutil has errors of its own
        return Unknown(f"psutil: {error}")


def _main_memory() -> MainMemory | Unknown:
    try:
        import psutil  # noqa: PLC0415  # 20 ms that a start on Linux does not need

        memory: Any = psutil.virtual_memory()
        return MainMemory(memory.total, memory.available, psutil.swap_memory().total)
    except Exception as error:  # noqa: BLE001  # psutil has errors of its own
        return Unknown(f"psutil: {error}")


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """The questions that are answered by calls. The defaults ask the machine that envdoctor runs on."""

    uname: Callable[[], tuple[str, str]] = _uname
    """Release of the kernel ("" where there is none to name) and the machine's architecture, as it calls itself."""
    product_version: Callable[[], str | None] = _product_version
    """Windows: "10.0.22631"; macOS: "14.5"."""
    registry: Callable[[str, str], str | None] = _registry
    """Windows: a value below HKEY_LOCAL_MACHINE, by key and name."""
    libc: Callable[[], str | None] = _libc
    """"glibc 2.35"; None: another C library."""
    affinity: Callable[[], int | None | Unknown] = _affinity
    limit: Callable[[str], int | None | Unknown] = _limit
    """A limit of this process by its name in `resource` ("RLIMIT_NOFILE"); None: unlimited."""
    room: Callable[[Path], Room | None | Unknown] = _room
    writable: Callable[[Path], bool | None | Unknown] = _writable
    home: Callable[[], str | None] = _home
    working: Callable[[], str | None | Unknown] = _working
    counts: Callable[[], Counts | Unknown] = _counts
    main_memory: Callable[[], MainMemory | Unknown] = _main_memory
