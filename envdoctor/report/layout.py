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
WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
"""Characters between which a line may break: the scripts that are written without spaces."""
CLOSING = "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\uff01\uff09\uff0c\uff1a\uff1b\uff1f\u2019\u201d"
"""Punctuation that does not begin a line."""
OPENING = "\u2018\u201c\u3008\u300a\u300c\u300e\u3010\uff08"
"""Punctuation that does not end one."""
ENDING = rf"(?<=[{WIDE}])(?:[),;\]]|[.:!?](?=[\s{WIDE}]|$))+"
"""Punctuation of ASCII after such a script; within a name it is none."""
WORD = re.compile(
    rf"\s*[{OPENING}]*(?:[{WIDE}]|[^\s{WIDE}]+?(?=[{OPENING}][{WIDE}])|[^\s{WIDE}]+)[{CLOSING}]*(?:{ENDING})?\s*"
)


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


def wrapped(pieces: Pieces, width: int, *, whole: bool = False) -> Iterator[Pieces]:
    """Yield the lines of a text: broken at spaces, and inside of a word only where that is longer than a line.

    `whole`: not even there.
    """
    text = "".join(piece.text for piece in pieces)
    start = 0
    for end in (*_breaks(text, max(1, width), whole=whole), len(text)):
        stripped = start + len(text[start:end].rstrip())
        yield tuple(_cut(pieces, start, stripped))
        start = end


def _breaks(text: str, width: int, *, whole: bool) -> Iterator[int]:
    """Yield where new lines begin."""
    used = 0
    for match in WORD.finditer(text):
        word = match[0].rstrip()
        length = width_of(word)
        if used and used + length > width:
            yield match.start()
            used = 0
        if length > width and not whole:
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


def paragraph(text: str, width: int, first: str = "", others: str = "", *, whole: bool = False) -> list[str]:
    """Return the lines of a paragraph, not broken at hyphens.

    Args:
        text: without white space that matters.
        width: of the page, in columns.
        first: what the first line begins with.
        others: what each other line begins with.
        whole: a word that is longer than a line, an address or a command, is not broken.
    """
    if width_of(first + text) == len(first + text):
        import textwrap  # noqa: PLC0415  # not for `check`

        return textwrap.wrap(
            text,
            width,
            initial_indent=first,
            subsequent_indent=others,
            break_long_words=not whole,
            break_on_hyphens=False,
        )
    room = width - max(width_of(first), width_of(others))
    lines = wrapped((Piece(text),), room, whole=whole)
    return [(others if at else first) + drawn(line, color=False) for at, line in enumerate(lines)]


def padded(text: str, width: int) -> str:
    """Return a text with spaces after it, up to a width in columns."""
    return text + " " * (width - width_of(text))


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
