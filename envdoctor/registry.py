"""Finds the checks: our own and those of other people's packages, through one door."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from types import ModuleType

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
    for entry in entry_points(group=GROUP):
        try:
            package = importlib.import_module(entry.value)
            checks = list(checks_of(package))
        except Exception as error:
            raise BrokenPlugin(f"entry point {entry.name!r} ({entry.value}): {error}") from error
        for check in checks:
            known = found.setdefault(check.code, check)
            if known.judge is not check.judge:
                raise BrokenPlugin(f"entry point {entry.name!r}: the code {check.code} is taken by {known.name}")
    return dict(sorted(found.items()))


def checks_of(package: ModuleType) -> Iterator[Check]:
    """Yield the checks that a package (each module in it) or a single module declares."""
    yield from _declared(package)
    for module in pkgutil.iter_modules(getattr(package, "__path__", ()), f"{package.__name__}."):
        yield from _declared(importlib.import_module(module.name))


def _declared(module: ModuleType) -> Iterator[Check]:
    return (value for value in vars(module).values() if isinstance(value, Check))
