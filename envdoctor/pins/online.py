"""Asks pip's index about packages that the data does not know."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envdoctor.data import Package, package
from envdoctor.pins.index import Index, IndexUnavailableError, configured
from envdoctor.pins.published import published
from envdoctor.pins.wishes import OF_THE_BUILD, TOOLKIT, names_in

NEWEST = 12
"""So many versions are asked about: each costs a request or two."""
OURS = ("torch", "torchvision", "torchaudio", *TOOLKIT, *OF_THE_BUILD)


def ask(needs: Iterable[str], index: Index | None = None) -> tuple[Package, ...]:
    """Return what the index tells of those packages that are not in the data.

    Raises:
        IndexUnavailableError: it did not answer, or has no such package.
    """
    found: list[Package] = []
    for text in names_in(needs):
        name = re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", text, maxsplit=1)[0]).lower()
        if name in OURS or package(name) is not None:
            continue
        index = index or Index(configured())
        rows = published(name, index, most=NEWEST)
        if not rows:
            raise IndexUnavailableError(f"pip's index has no releases of {name}; check the name")
        without_wheels = all(not row.wheels for row in rows)
        found.append(Package(name=name, rows=rows, built=without_wheels))
    return tuple(found)
