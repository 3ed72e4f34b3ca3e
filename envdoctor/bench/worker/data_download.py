"""Fetches the official files, through torchvision and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .data_layout import find
from .refused import Refused


def cache_folder() -> Path:
    """Return where downloads are kept when `--data` names no folder."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "envdoctor", "cifar10")


def fetch(given: str | None, python: str) -> str:
    """Make sure that the official files are there and return their folder. Files that are there are kept.

    Raises:
        Refused: torchvision is missing, there is no network, or there is no room; says which.
    """
    folder = Path(given).expanduser() if given else cache_folder()
    try:
        from torchvision.datasets import CIFAR10  # noqa: PLC0415  # only a download needs it
    except Exception as error:  # noqa: BLE001  # a torchvision of another torch raises RuntimeError and others
        raise Refused(
            f"--download: needs a torchvision that fits the torch of the examined Python ({_brief(error)}); "
            f"install it: {python} -m pip install torchvision"
        ) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        CIFAR10(str(folder), download=True)
        find(str(folder))
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001  # the network, the disk or the server can fail in any way
        raise Refused(
            f"--download: CIFAR-10 could not be fetched into {folder} ({_brief(error)}); "
            "bring the files by hand and give --data DIR, or leave out --download to use the built-in synthetic set"
        ) from None
    return str(folder)


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
