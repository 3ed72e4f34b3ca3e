"""The sentences of a text, and its lines of code."""

from __future__ import annotations

import bisect
import re

import msgspec

from envdoctor.intake.clean import Line, Page

HEAD, TAIL = 24_000, 8_000
"""Characters in which a complaint is looked for: people complain before a log or behind it, not in its middle."""
LONGEST_LINE, LONGEST = 1000, 400
"""Characters of a line, and of a sentence, that are read."""
ENDS = re.compile(r"(?<=[.!?])[\"')\]]?\s+(?=[\"'(`*]?[A-Z0-9.`])|(?<=[?!])\s")
STARTS = re.compile(r"\s*(?:#{1,6}\s|[-*+]\s|\d{1,2}[.)]\s|\|)")
"""What begins a line that goes on from no other: a heading, a point of a list, a row of a table."""
CODE = re.compile(
    r"\s*(?:>>> |\.\.\. |\$ |@\w|(?:import|from) [\w.]+(?: as \w+| import .*)?$|return\b|(?:else|try):"
    r"|(?:def|class|except)\b[^.!?]{0,200}:\s*(?:#.*)?$|for [^.!?]{1,80} in [^!?]{1,120}:\s*(?:#.*)?$"
    r"|(?:while|if|elif|with)\b[^!?]{0,120}[=<>()\[\]][^!?]{0,120}:\s*(?:#.*)?$|while True:"
    r"|(?:[\w.\[\]'\"]{1,60}, ?){0,4}[\w.\[\]'\"]{1,60} ?[-+*/]?=(?!=)\s?\S"
    r"(?!.*\b(?:it|is|was|the|takes|makes|helps)\b)"
    r"|[\w.]{1,60}\(.{0,200}\)[,:]?\s*(?:#.*)?$"
    r"|[-*]? ?[A-Za-z][\w ./-]{1,40}:\s*~?\d[\d.,]*\s?[\w/]{0,12}$)"
)
"""Code, and named figures: lines that are no sentences."""


class Unit(msgspec.Struct, frozen=True):
    """A sentence, or a line of code."""

    text: str
    line: Line
    """Where it begins."""
    code: bool


def units_of(page: Page) -> list[Unit]:
    """Return the sentences and lines of code of a text, of a long one those at its beginning and its end."""
    units: list[Unit] = []
    block: list[Line] = []
    lines = _lines(page)
    marked = any(not line.output for line in lines)  # else nobody knows what a program printed
    for line in lines:
        code = CODE.match(line.text[:LONGEST_LINE]) is not None
        if block and (code or (marked and line.output) or not line.text.strip() or STARTS.match(line.text)):
            units += _sentences(block)
            block = []
        if code:
            units.append(Unit(" ".join(line.text.split())[:LONGEST], line, code=True))
        elif line.text.strip():
            block.append(line)
            if line.text.startswith("#"):  # a heading is whole
                units += _sentences(block)
                block = []
    return units + _sentences(block)


def _lines(page: Page) -> list[Line]:
    first: list[Line] = []
    room = HEAD
    for line in page.lines:
        if room <= 0:
            break
        first.append(line)
        room -= min(len(line.text), LONGEST_LINE) + 1
    last: list[Line] = []
    room = TAIL
    for line in reversed(page.lines[len(first) :]):
        if room <= 0:
            break
        last.append(line)
        room -= min(len(line.text), LONGEST_LINE) + 1
    return first + last[::-1]


def _sentences(block: list[Line]) -> list[Unit]:
    units: list[Unit] = []
    joined = ""
    begins: list[int] = []
    for line in block:
        begins.append(len(joined))
        joined += " ".join(line.text[:LONGEST_LINE].split()) + " "
    at = 0
    for part in ENDS.split(joined):
        if part and part.strip():
            at = max(joined.find(part, at), at)
            line = block[bisect.bisect_right(begins, at) - 1]
            units.append(Unit(part.strip()[:LONGEST], line, code=False))
            at += len(part)
    return units
