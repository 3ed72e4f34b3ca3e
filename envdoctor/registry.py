"""Finds the checks: our own and those of other people's packages, through one door."""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType

from envdoctor import check_index
from envdoctor.findings import Check

GROUP = "envdoctor.checks"


class BrokenPlugin(Exception):  # noqa: N818  # said to people as "broken plug-in"
    """A package of checks cannot be loaded. The message names it and says why."""


@functools.cache
def load_checks() -> dict[str, Check]:
    """Return all checks by code, sorted.

    Raises:
        BrokenPlugin: a package cannot be imported, or two checks share a code.
    """
    found: dict[str, Check] = {}
    for name, value in entry_points(sys.path):
        try:
            package = importlib.import_module(value)
            checks = list(checks_of(package))
        except Exception as error:
            raise BrokenPlugin(f"entry point {name!r} ({value}): {error}") from error
        for check in checks:
            known = found.setdefault(check.code, check)
            if (known.judge.__module__, known.name) != (check.judge.__module__, check.name):
                raise BrokenPlugin(f"entry point {name!r}: the code {check.code} is taken by {known.name}")
    return dict(sorted(found.items()))


def entry_points(path: Iterable[str]) -> list[tuple[str, str]]:
    """Return (name, module) of the group's entry points on a search path; of two versions the first counts.

    `importlib.metadata` says the same and takes 35 ms to be imported, a sixth of a whole check.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for folder in path:
        try:
            names = sorted(os.listdir(folder or os.curdir))  # noqa: PTH208  # same
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                distribution = name.partition("-")[0].lower()
                text = _read(os.path.join(folder, name, "entry_points.txt"))  # noqa: PTH118  # pathlib is slow here
                found.setdefault(distribution, list(_in_group(text)))
    return [entry for entries in found.values() for entry in entries]


def _in_group(text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line
        elif section == f"[{GROUP}]" and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123  # see above
            return file.read()
    except OSError:
        return ""


def checks_of(package: ModuleType) -> Iterator[Check]:
    """Yield the checks that a package (each module in it) or a single module declares.

    Where the list that `check_index` keeps is of the very files that are there, they are imported when asked.
    """
    stamps = check_index.stamps_of(package)
    known = check_index.read(package, stamps) if stamps else None
    if known is not None:
        yield from known
        return
    import pkgutil  # noqa: PLC0415  # seldom needed

    found = {(package.__name__, name): check for name, check in _declared(package)}
    for module in pkgutil.iter_modules(getattr(package, "__path__", ()), f"{package.__name__}."):
        found |= {(module.name, name): check for name, check in _declared(importlib.import_module(module.name))}
    if stamps and stamps == check_index.stamps_of(package):
        check_index.keep(package, stamps, found)
    yield from found.values()


def import_now(checks: Iterable[Check]) -> None:
    """Import the files of checks that will be asked, while there is nothing better to do."""
    for check in checks:
        if isinstance(check.judge, check_index.Late):
            check.judge.load()


def _declared(module: ModuleType) -> Iterator[tuple[str, Check]]:
    return ((name, value) for name, value in vars(module).items() if isinstance(value, Check))
