"""What a private thing looks like, and what stands in its place."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec


class Shape(msgspec.Struct, frozen=True):
    """A pattern, the kind of thing that it finds, and what stands in its place."""

    kind: str
    """The key under which removals are counted."""
    pattern: re.Pattern[str]
    replacement: str
    """A template, as for `re.sub`."""
    needs: tuple[str, ...] = ("",)
    """One of these (in small letters) stands in every match: a quick look that saves most of the work."""
    keep: Callable[[re.Match[str]], bool] | None = None
    """Says of a match that it is harmless."""


def shape(
    kind: str,
    needs: str,
    pattern: str,
    replacement: str,
    keep: Callable[[re.Match[str]], bool] | None = None,
) -> Shape:
    """Return a shape; `needs` are words in small letters, "" for a shape that may stand anywhere."""
    return Shape(kind, re.compile(pattern), replacement, tuple(needs.split()) or ("",), keep)
