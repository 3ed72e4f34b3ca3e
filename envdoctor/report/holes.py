"""Texts with numbered holes, and what may stand in a hole: nothing that opens or closes what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

HOLE = re.compile(r"\{(\d+)\}")
QUOTED = re.compile(r"`[^`]*`|“[^”]*”|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
"""What is quoted is a value, or what another program says: it is never cut, and never translated."""
CLOSING = {"`": "`", "“": "”", '"': '"', "'": "'"}
BRACKETED = re.compile(r"\([^()]*\)")
DELIMITERS = re.compile(r"[()\[\]`“”\"]")
PAIRS = {")": "(", "]": "["}
HIDDEN = "\ufffc"
"""Stands for each character of what is passed over."""
NEXT_ITEM = "), "
"""In a list of things with brackets; what fits one of them does not take the next."""
TRIES = 4
"""Places at which a literal is looked for, before a text with holes does not fit."""


class Template(msgspec.Struct, frozen=True):
    """A text with holes, and what it is in the other language."""

    literals: tuple[str, ...]
    """Between the holes, one more than holes."""
    numbers: tuple[str, ...]
    said: str
    closing: tuple[str, ...]
    """For each hole within a quotation, or within code, what ends that; else ""."""

    def fit(self, text: str) -> dict[str, str] | None:
        """Return what fills the holes; each literal is taken where it is found first and the hole may end."""
        first, last = self.literals[0], self.literals[-1]
        if len(first) + len(last) > len(text) or not (text.startswith(first) and text.endswith(last)):
            return None
        filled, start, end = [], len(first), len(text) - len(last)
        for literal, closing, rest in zip(self.literals[1:-1], self.closing, self._rests(), strict=False):
            found = _next(text, literal, (start, end), closing, rest)
            if found < 0:
                return None
            filled.append(text[start:found])
            start = found + len(literal)
        if start > end or not _may_fill(text[start:end], self.closing[-1]):
            return None
        return dict(zip(self.numbers, (*filled, text[start:end]), strict=True))

    def _rests(self) -> Iterator[str | None]:
        """Yield for each hole what closes the one after it, if that is the last and takes the rest; else None."""
        yield from (None for _ in self.literals[3:])
        yield self.closing[-1]

    def attached(self) -> set[str]:
        """Return the holes that follow a word without a space: what fills them is an ending, or a stop."""
        return {number for before, number in zip(self.literals, self.numbers, strict=False) if before[-1:].isalnum()}

    def open(self, filled: dict[str, str]) -> dict[str, str]:
        """Return what fills the holes that stand in no quotation."""
        quoted = {number for number, closing in zip(self.numbers, self.closing, strict=True) if closing}
        return {number: content for number, content in filled.items() if number not in quoted}


def template(english: str, said: str) -> Template:
    """Return a text with holes, and its translation, ready to be fitted."""
    parts = HOLE.split(english)
    closing = [""] * (len(parts) // 2)
    if any(mark in english for mark in CLOSING):
        spans = [(match.start(), match.end(), CLOSING[match[0][0]]) for match in QUOTED.finditer(english)]
        closing = [
            next((mark for start, end, mark in spans if start < hole.start() < end), "")
            for hole in HOLE.finditer(english)
        ]
    return Template(literals=tuple(parts[::2]), numbers=tuple(parts[1::2]), said=said, closing=tuple(closing))


def is_faithful(english: str, said: str) -> bool:
    """Say whether a translation has the holes of its original, each once."""
    return sorted(HOLE.findall(english)) == sorted(HOLE.findall(said))


def hidden(text: str, *, brackets: bool = True) -> str:
    """Return a text of the same length without what is quoted, and without what stands in brackets."""
    bare = QUOTED.sub(_hide, text) if any(mark in text for mark in CLOSING) else text
    return BRACKETED.sub(_hide, BRACKETED.sub(_hide, bare)) if brackets and "(" in bare else bare


def is_balanced(text: str) -> bool:
    """Say whether every bracket and every quotation that begins in a text ends in it."""
    if not DELIMITERS.search(text):
        return True
    bare, opened = hidden(text, brackets=False), ""
    for delimiter in DELIMITERS.findall(bare):
        if delimiter in "([":
            opened += delimiter
        elif opened[-1:] != PAIRS.get(delimiter):
            return False
        else:
            opened = opened[:-1]
    return not opened


def _hide(match: re.Match[str]) -> str:
    return HIDDEN * len(match[0])


def _may_fill(content: str, closing: str) -> bool:
    if closing:  # An apostrophe ends no quotation.
        return closing == "'" or closing not in content
    return is_balanced(content)


def _next(text: str, literal: str, within: tuple[int, int], closing: str, rest: str | None) -> int:
    """Return where a hole ends that begins where `within` does; -1: nowhere.

    Args:
        text: that is fitted.
        literal: follows the hole.
        within: this hole and all after it.
        closing: of this hole.
        rest: of the hole that takes all after the literal; None: there are more.
    """
    start, end = within
    found = start - 1
    for _ in range(TRIES):
        found = text.find(literal, found + 1, end)
        if found < 0 or NEXT_ITEM in text[start:found]:
            return -1
        if _may_fill(text[start:found], closing) and (
            rest is None or _may_fill(text[found + len(literal) : end], rest)
        ):
            return found
    return -1
