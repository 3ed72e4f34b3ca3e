"""What programs say when something is wrong, and how it is recognised in a text.

A sign gives a message its name; what it means for a machine, the checks judge. One module holds the signs of one
part of the stack. Signs go by the words that a program prints, not by those with which people describe it.
"""

from __future__ import annotations

import functools
import importlib
import re

import msgspec

MODULES = (
    "machine",
    "libcuda",
    "cards",
    "architectures",
    "platforms",
    "makers",
    "limits",
    "installation",
    "installing",
    "loading",
    "building",
    "extensions",
    "compiling",
    "run",
    "processes",
    "data",
)
BEFORE, AFTER = 300, 600
"""Characters around a sign's word in which its pattern may match: what bounds the time of a search."""
MOST_PLACES = 60
"""Places of one word that are looked at: a log may repeat a line a million times."""


class Sign(msgspec.Struct, frozen=True):
    """How a message is recognised."""

    name: str
    """`driver-too-old`; several signs may share a name: the same message in other words."""
    word: str
    """Lower case; stands in every text that the pattern fits. Finding it is cheap."""
    pattern: str
    """A regular expression, whatever the case, over text whose white space is single blanks; its named groups are
    the values of the message."""
    example: str
    """A text that bears the sign, as a program prints it."""


class Place(msgspec.Struct, frozen=True):
    """Where a text bears a sign."""

    sign: str
    start: int
    end: int
    values: dict[str, str]


@functools.cache
def all_signs() -> tuple[Sign, ...]:
    """Return the signs of all modules."""
    modules = (importlib.import_module(f"{__name__}.{name}") for name in MODULES)
    return tuple(sign for module in modules for sign in module.SIGNS)


def find(text: str, signs: tuple[Sign, ...] | None = None) -> list[Place]:
    """Return where a text bears signs, in its order; each sign once for each set of values.

    Args:
        text: with single blanks for white space.
        signs: None: all.
    """
    low = text.lower()
    first: dict[str, int] = {}  # many signs share a word, and most words stand nowhere
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Place] = {}
    for sign in all_signs() if signs is None else signs:
        if sign.word not in first:
            first[sign.word] = low.find(sign.word)
        for place in _places(text, low, sign, first[sign.word]):
            found.setdefault((sign.name, tuple(place.values.items())), place)
    return sorted(found.values(), key=lambda place: place.start)


def _places(text: str, low: str, sign: Sign, at: int) -> list[Place]:
    places: list[Place] = []
    tried = 0
    while at >= 0 and tried < MOST_PLACES:
        tried += 1
        start = max(0, at - BEFORE)
        match = _compiled(sign.pattern).search(text, start, at + AFTER)
        if match:
            values = {name: value.strip() for name, value in match.groupdict().items() if value}
            places.append(Place(sign.name, match.start(), match.end(), values))
        at = low.find(sign.word, max(at + len(sign.word), match.end() if match else 0))
    return places


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
