"""Turns texts of any origin into values that a report can hold, without ever raising."""

from __future__ import annotations

import math
import re

GREATEST = 2**63 - 1
"""JSON readers and msgspec agree on integers up to here."""
SMUGGLED = re.compile("[\ud800-\udfff]")


def whole(text: str | None, base: int = 10) -> int | None:
    """Return the integer that a text stands for, or None: it stands for none that can be meant."""
    try:
        number = int((text or "").strip(), base)
    except ValueError:
        return None
    return number if -GREATEST <= number <= GREATEST else None


def decimal(text: str | None) -> float | None:
    """Return the number that a text stands for, or None (also for "nan" and "inf")."""
    try:
        number = float((text or "").strip())
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def fields(text: str, separator: str = ":") -> dict[str, str]:
    """Return the "name: value" lines of a text; of a name that comes twice, the first."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        name, mark, value = line.partition(separator)
        if mark:
            found.setdefault(name.strip(), value.strip())
    return found


def printable(text: str) -> str:
    """Return a file's name or a variable's value as valid Unicode: undecodable bytes are replaced.

    Python smuggles such bytes through as lone surrogates, which no JSON writer accepts.
    """
    return text if text.isascii() else SMUGGLED.sub("\ufffd", text)
