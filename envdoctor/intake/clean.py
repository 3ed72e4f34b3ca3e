"""Turns the bytes of a paste into lines that can be read, whatever they went through on their way."""

from __future__ import annotations

import bisect
import html
import re

import msgspec

HEAD, TAIL = 3_000_000, 1_000_000
"""Characters that are read from the beginning and the end of a long text; errors stand at the end of logs."""
LONGEST = 4000
"""Characters of a line that are read: an image in base64 says nothing."""
REPEATED = 3
"""Times that a line may follow itself."""

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\-_])")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LIKE_ASCII = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u3000": " ", "\uff1a": ":"}
)
QUOTED = re.compile(r"^(?: {0,3}> ?)+")
FENCE = re.compile(r"^\s{0,8}(?:[-*\d.]+ )?(```|~~~)")
PRINTED = re.compile(
    r"^\s*(?:Traceback|File \"|E  |\|  |\[?(?:ERROR|WARN|WARNING|INFO|FATAL)\b|\d{4}-\d\d-\d\d|>>> |\$ |[+#] \w+ -)"
    r"|\b\w*(?:Error|Exception|Warning|Interrupt)\b(?: \w+)?: |\berror: |\bERROR: |\bfatal: ",
)
"""What a program prints looks like this, also outside of a block of code."""


class Line(msgspec.Struct, frozen=True):
    """A line of the text."""

    number: int
    """From 1, as in the text."""
    text: str
    output: bool
    """A program printed it, as far as its place and its looks show."""


class Page(msgspec.Struct, frozen=True):
    """A text as readers want it."""

    lines: tuple[Line, ...]
    flow: str
    """All of it with single blanks for white space: lines that a mail program broke are whole again."""
    starts: tuple[int, ...]
    """Where each line begins in `flow`."""
    cut: bool
    """The middle was left out: the text is very long."""

    def line_at(self, place: int) -> Line:
        """Return the line that a place in `flow` belongs to."""
        return self.lines[max(0, bisect.bisect_right(self.starts, place) - 1)]


def clean(data: bytes) -> Page:
    """Read a text: any encoding, line ends, colours, quote marks, typographic quotes; never fails."""
    text = decode(data)
    cut = len(text) > HEAD + TAIL
    if cut:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    lines = tuple(_lines(text))
    flow: list[str] = []
    starts: list[int] = []
    at = 0
    for line in lines:
        words = " ".join(line.text.split())
        starts.append(at)
        if words:
            flow.append(words)
            at += len(words) + 1
    return Page(lines, " ".join(flow), tuple(starts), cut)


def decode(data: bytes) -> str:
    """Decode bytes: by their mark, else as UTF-8; what does not fit is replaced."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[1:200:2].count(0) > len(data[:200]) // 4:
        return data.decode("utf-16-le", "replace")
    return data.decode("utf-8", "replace")


def _lines(text: str) -> list[Line]:
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # A log without any mark-up is a program's output throughout.
    marked = any(FENCE.match(line) or line.startswith("#") for line in raw)
    fence, lines, before, times = "", [], "", 0
    for number, one in enumerate(raw, 1):
        plain = _plain(one)
        times = times + 1 if plain == before else 0
        before = plain
        mark = FENCE.match(plain)
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        elif times < REPEATED or not plain:
            lines.append(Line(number, plain, _is_output(plain, fenced=bool(fence), marked=marked)))
    return lines


def _plain(line: str) -> str:
    line = line[:LONGEST]
    if "\x1b" in line:
        line = ESCAPES.sub("", line)
    if not line.isascii():
        line = line.translate(LIKE_ASCII)
    line = CONTROLS.sub("", line)
    if "&" in line:
        line = html.unescape(line)
    return QUOTED.sub("", line).rstrip()


def _is_output(line: str, *, fenced: bool, marked: bool) -> bool:
    if line.startswith("#"):
        return fenced
    return fenced or not marked or line.startswith(("    ", "\t")) or PRINTED.search(line) is not None
