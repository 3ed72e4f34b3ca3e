"""Lays words out in columns: wraps lines by the width of their characters, and colours them.

What a library for terminals does and much more; but importing one takes a quarter of a whole check that
imports no torch.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import msgspec

CODES = {
    # SGR parameters of ECMA-48.
    "bold": "1", "dim": "2", "underline": "4",
    "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36",
}  # fmt: skip
WORD = re.compile(r"\s*\S+\s*")


class Piece(msgspec.Struct, frozen=True):
    """Some text in one style: words of `CODES`; "" is plain."""

    text: str
    style: str = ""


Pieces = tuple[Piece, ...]


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrapped(pieces: Pieces, width: int) -> Iterator[Pieces]:
    """Yield the lines of a text: broken at spaces, and inside of a word only where that is longer than a line."""
    text = "".join(piece.text for piece in pieces)
    start = 0
    for end in (*_breaks(text, max(1, width)), len(text)):
        stripped = start + len(text[start:end].rstrip())
        yield tuple(_cut(pieces, start, stripped))
        start = end


def _breaks(text: str, width: int) -> Iterator[int]:
    """Yield where new lines begin."""
    used = 0
    for match in WORD.finditer(text):
        word = match[0].rstrip()
        length = width_of(word)
        if used and used + length > width:
            yield match.start()
            used = 0
        if length > width:
            for place, taken in _folds(word, width):
                yield match.start() + place
                used = taken
        else:
            used += length
        used += width_of(match[0]) - length


def _folds(word: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield where a word that is too long is broken, and how much room what follows takes on its line."""
    used, rest = 0, [*map(_columns, word)]
    for place, columns in enumerate(rest):
        if used + columns > width and used:
            yield place, min(width, sum(rest[place:]))
            used = 0
        used += columns


def _cut(pieces: Pieces, start: int, end: int) -> Iterator[Piece]:
    for piece in pieces:
        if start < len(piece.text) and end > 0:
            yield Piece(piece.text[max(0, start) : end], piece.style)
        start, end = start - len(piece.text), end - len(piece.text)


def drawn(pieces: Iterable[Piece], *, color: bool) -> str:
    """Return a line as it is written, without white space at its end."""
    if not color:
        return "".join(piece.text for piece in pieces).rstrip()
    return "".join(_colored(piece) for piece in pieces).rstrip()


def _colored(piece: Piece) -> str:
    codes = ";".join(CODES[word] for word in piece.style.split())
    return f"\x1b[{codes}m{piece.text}\x1b[0m" if codes and piece.text else piece.text


def in_columns(fixed: Iterable[tuple[Piece, int]], last: Pieces, width: int, indent: int = 0) -> Iterator[Pieces]:
    """Yield the lines of a row: columns of fixed widths with a space between, then one that takes the rest and wraps.

    Args:
        fixed: each cell with the width of its column; it is not wrapped.
        last: what stands in the last column.
        width: of the page.
        indent: spaces before the first column.
    """
    cells = [Piece(" " * indent)]
    room = width - indent
    for piece, columns in fixed:
        cells += [piece, Piece(" " * (columns - width_of(piece.text) + 1))]
        room -= columns + 1
    for place, line in enumerate(wrapped(last, room)):
        yield (*cells, *line) if place == 0 else (Piece(" " * (width - room)), *line)
