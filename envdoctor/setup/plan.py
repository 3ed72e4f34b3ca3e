"""What would be done to make an environment: worked out in full before anything is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from envdoctor.facts import Unknown
from envdoctor.lock import Lock
from envdoctor.pins.choice import Pins
from envdoctor.setup.base import Base
from envdoctor.setup.outside import Listen, Outside
from envdoctor.setup.place import check_free, is_left_over
from envdoctor.setup.problem import SetupError
from envdoctor.setup.sizes import sizes
from envdoctor.setup.tool import Item, Tool, resolve

UNPACKED = 4.4
UNPACKED_NVIDIA = 1.5
"""Bytes on disk for each byte of a wheel, rounded up, by name of the package (`nvidia-…` pack worse).
Measured with pip on Linux, Python 3.11, compiled files included: PyTorch 2.13.0 for the CPU and what it needs 202 MB to
864 MB (4.3); 2.15.0 for CUDA 13.2 with torchvision, 2.26 GB of nvidia-… to 3.19 GB (1.41) and 0.77 GB of others to
2.55 GB (3.3)."""
EMPTY_BYTES = 25_000_000
"""An environment with pip alone takes 23 MB with Python 3.11 (measured like the above)."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. Nothing has been done."""

    folder: str
    base: Base
    tool: Tool
    requirements: tuple[str, ...]
    """What the resolver is asked for; of a lock: what is installed."""
    index: tuple[str, ...] = ()
    """Further indexes beside the configured ones."""
    items: tuple[Item, ...] | Unknown
    """What will be installed; Unknown: it can only be told in the new environment."""
    download_bytes: int | Unknown
    needed_bytes: int | Unknown
    """For the environment, once it is unpacked."""
    free_bytes: int | None
    temporary_free_bytes: int | None = None
    """Room for what is downloaded; None: it cannot be told."""
    lock_file: str
    replaces_lock: bool = False
    left_over: bool = False
    """A setup that was killed left this folder half-made; it is removed first."""
    from_lock: bool = False
    smoke: bool = True
    afterwards: tuple[str, ...] = ()
    """Commands for packages that are built against the new torch: left to whoever wants them."""
    because: tuple[str, ...] = ()
    """Why these versions."""
    pins: Pins | None = None

    @property
    def python(self) -> str:
        """The interpreter of the new environment."""
        folder = Path(self.folder)
        return str(folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be built."""

    folder: Path
    requirements: tuple[str, ...]
    index: tuple[str, ...] = ()
    lock: Lock | None = None
    lock_file: Path | None = None
    """None: beside the folder."""
    smoke: bool = True
    pins: Pins | None = None
    afterwards: tuple[str, ...] = ()


def make_plan(wish: Wish, base: Base, tool: Tool, outside: Outside, listen: Listen) -> Plan:
    """Work out what would be done.

    Raises:
        SetupError: it cannot be done: the folder is somebody's, no versions fit, no room, no network.
    """
    folder = wish.folder
    check_free(folder)
    lock_file = wish.lock_file or folder.with_name(f"{folder.name}.lock.json")
    items = _items(wish, base, tool, outside, listen)
    plan = Plan(
        folder=str(folder),
        base=base,
        tool=tool,
        requirements=wish.requirements,
        index=wish.index,
        items=items,
        download_bytes=_total(items),
        needed_bytes=_needed(items),
        free_bytes=outside.free_bytes(str(folder)),
        temporary_free_bytes=outside.free_bytes(tempfile.gettempdir()),
        lock_file=str(lock_file),
        replaces_lock=lock_file.exists(),
        left_over=folder.exists() and is_left_over(folder),
        from_lock=wish.lock is not None,
        smoke=wish.smoke,
        afterwards=wish.afterwards,
        because=wish.pins.because if wish.pins else (),
        pins=wish.pins,
    )
    check_room(plan)
    return plan


def check_room(plan: Plan) -> None:
    """Refuse what does not fit on the disk.

    Raises:
        SetupError: there is less room than the environment needs.
    """
    _check_temporary(plan)
    if isinstance(plan.needed_bytes, Unknown) or plan.free_bytes is None or plan.needed_bytes <= plan.free_bytes:
        return
    raise SetupError(
        f"{plan.folder} needs about {gigabytes(plan.needed_bytes)} and its disk has {gigabytes(plan.free_bytes)} left; "
        "free some, or name a folder on another disk"
    )


def _check_temporary(plan: Plan) -> None:
    """Refuse downloads that do not fit into the temporary folder, where pip puts them first."""
    free = plan.temporary_free_bytes
    if plan.tool.name != "pip" or free is None or isinstance(plan.download_bytes, Unknown):
        return
    if free < plan.download_bytes:
        raise SetupError(
            f"the folder for temporary files has {gigabytes(free)} left, and {gigabytes(plan.download_bytes)} are "
            "downloaded into it; set TMPDIR to a folder on a larger disk"
        )


def with_items(plan: Plan, items: tuple[Item, ...], outside: Outside) -> Plan:
    """Return the plan with what the resolver said in the new environment.

    Raises:
        SetupError: there is less room than it needs.
    """
    sized = _with_sizes(items, outside)
    known = msgspec.structs.replace(
        plan,
        items=sized,
        download_bytes=_total(sized),
        needed_bytes=_needed(sized),
        free_bytes=outside.free_bytes(plan.folder),
    )
    check_room(known)
    return known


def shown(argv: Sequence[str]) -> str:
    """Return a command as it would be typed."""
    import shlex  # noqa: PLC0415  # rarely needed
    import subprocess  # noqa: PLC0415

    return subprocess.list2cmdline(argv) if os.name == "nt" else shlex.join(argv)


def gigabytes(size: int) -> str:
    """Say a size: "531 MB", "4.2 GB" (powers of ten, as disks and indexes count)."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"  # noqa: PLR2004  # a gigabyte


def _items(wish: Wish, base: Base, tool: Tool, outside: Outside, listen: Listen) -> tuple[Item, ...] | Unknown:
    if wish.lock is not None:
        packages = wish.lock.install.packages
        if not packages:
            raise SetupError("the lock lists no packages; make it again with `envdoctor lock`")
        return tuple(Item(name=one.name, version=one.version, hashes=one.hashes, size=one.size) for one in packages)
    if tool.name == "pip" and not base.resolves:
        has = f"pip {base.pip}" if base.pip else "no pip"
        return Unknown(f"{base.executable} has {has}, which cannot resolve beforehand")
    return _with_sizes(resolve(tool, base.executable, wish.requirements, wish.index, outside, listen), outside)


def _with_sizes(items: tuple[Item, ...], outside: Outside) -> tuple[Item, ...]:
    asked = sizes((item.url for item in items if item.size is None and item.url), outside.size_of)
    return tuple(
        item if item.size is not None or item.url is None else msgspec.structs.replace(item, size=asked[item.url])
        for item in items
    )


def _total(items: Sequence[Item] | Unknown) -> int | Unknown:
    if isinstance(items, Unknown):
        return items
    unknown = [item.name for item in items if item.size is None]
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""  # noqa: PLR2004  # names enough
        return Unknown(f"the size of {', '.join(unknown[:3])}{more} is not told")
    return sum(item.size or 0 for item in items)


def _needed(items: Sequence[Item] | Unknown) -> int | Unknown:
    total = _total(items)
    if isinstance(total, Unknown) or isinstance(items, Unknown):
        return total
    grown = ((item.size or 0) * (UNPACKED_NVIDIA if item.name.startswith("nvidia") else UNPACKED) for item in items)
    return EMPTY_BYTES + round(sum(grown))
