"""What the check files of a folder declare, kept beside their byte code: a check is imported when it is asked.

Most checks of a run need facts that were not looked for, and importing a hundred files takes longer than all else
of a check. The list is taken for true as long as each file has the size and the time that it had; it is made anew
otherwise, and where it cannot be kept, every file is imported.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import msgspec

from envdoctor import __version__
from envdoctor.findings import Check, Finding, Severity

LAYOUT = f"1 {__version__} {' '.join(Check.__struct_fields__)}"
Stamps = dict[str, tuple[int, int]]
"""Name of a module → size of its file, and when it was changed (ns)."""


class Declared(msgspec.Struct, frozen=True):
    """A check without its function."""

    module: str
    attribute: str
    code: str
    name: str
    severity: Severity
    cause: str
    because_of: tuple[str, ...]
    facts: tuple[str, ...]
    tolerates: tuple[str, ...]
    doc: str


class Index(msgspec.Struct, frozen=True):
    """The file."""

    layout: str
    stamps: Stamps
    checks: tuple[Declared, ...]


class Late:
    """Stands for the function of a check until it is called."""

    def __init__(self, module: str, attribute: str) -> None:
        self.__module__ = module
        self._attribute = attribute

    def __call__(self, **facts: Any) -> Iterator[Finding]:
        """Import the check, and judge."""
        return self.load().judge(**facts)

    def load(self) -> Check:
        """Import the check."""
        check: Check = getattr(importlib.import_module(self.__module__), self._attribute)
        return check


def stamps_of(package: ModuleType) -> Stamps | None:
    """Return the modules of a package that is one plain folder, or None: it is something else."""
    folders = list(getattr(package, "__path__", ()))
    if len(folders) != 1:
        return None
    found: Stamps = {}
    try:
        with os.scandir(folders[0]) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    stat = entry.stat()
                    found[entry.name[:-3]] = (stat.st_size, stat.st_mtime_ns)
                elif entry.name not in ("__pycache__", "py.typed") and not entry.name.startswith("."):
                    return None  # a package in the package, or a compiled module
    except OSError:
        return None
    return found


def read(package: ModuleType, stamps: Stamps) -> list[Check] | None:
    """Return the checks by the list, or None: there is none, or it is not of these files."""
    try:
        with open(_place(package), "rb") as file:  # noqa: PTH123  # pathlib is slow here
            index = msgspec.json.decode(file.read(), type=Index)
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    if index.layout != LAYOUT or index.stamps != stamps:
        return None
    return [_check(one) for one in index.checks]


def _check(one: Declared) -> Check:
    return Check(
        code=one.code,
        name=one.name,
        severity=one.severity,
        cause=one.cause,
        because_of=one.because_of,
        facts=one.facts,
        tolerates=frozenset(one.tolerates),
        doc=one.doc,
        judge=Late(one.module, one.attribute),
    )


def keep(package: ModuleType, stamps: Stamps, found: Mapping[tuple[str, str], Check]) -> None:
    """Keep the list, unless byte code is not to be kept either. That it cannot be written is no fault.

    Args:
        package: whose checks they are.
        stamps: of its files before they were imported.
        found: module and name there → check.
    """
    if sys.dont_write_bytecode or sys.flags.optimize > 1:  # without docstrings
        return
    checks = tuple(_declared(*place, check) for place, check in found.items())
    place = _place(package)
    new = f"{place}.{os.getpid()}"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120  # pathlib is slow here
        with open(new, "wb") as file:  # noqa: PTH123  # same
            file.write(msgspec.json.encode(Index(LAYOUT, stamps, checks)))
        os.replace(new, place)  # noqa: PTH105  # whoever reads sees all of it or none


def _declared(module: str, attribute: str, check: Check) -> Declared:
    same = {name: getattr(check, name) for name in Declared.__struct_fields__ if name in Check.__struct_fields__}
    return Declared(module, attribute, **same | {"tolerates": tuple(sorted(check.tolerates))})


def _place(package: ModuleType) -> str:
    return os.path.join(package.__path__[0], "__pycache__", f"{package.__name__}.checks.json")  # noqa: PTH118  # same
