"""What a private thing looks like, and what stands in its place."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from envdoctor.late import late

START = r"(?:\b|(?<=\\[nrt]))"
"""A word begins here. In a text within a text the end of a line is an escape, whose letter belongs to no word."""


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
    r"""Return a shape; `needs` are words in small letters, "" for a shape that may stand anywhere.

    A `\b` of the pattern is a `START`.
    """
    return Shape(kind, late(pattern.replace(r"\b", START)), replacement, tuple(needs.split()) or ("",), keep)
