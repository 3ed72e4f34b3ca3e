"""What comes from a machine may hold anything. This makes it safe to look at, in every format."""

from __future__ import annotations

import re
from typing import Any

import msgspec

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
"""Terminal escapes: CSI, OSC (up to its end, or to the end of the text), two-byte ones; ECMA-48."""
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Controls, marks that turn the direction of writing, invisible characters, halves of characters."""


def printable(text: str) -> str:
    r"""Return a text without terminal escapes, and with every invisible character spelt out (`\u202e`).

    Line feeds and tabs stay.
    """
    return INVISIBLE.sub(_spell, ANSI.sub("", text.replace("\r\n", "\n")))


def _spell(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"  # noqa: PLR2004  # two digits hold it


def shorten(text: str, limit: int) -> str:
    """Return at most about `limit` characters of a text, its beginning and its end, and say what is left out."""
    if len(text) <= limit:
        return text
    tail = limit // 4
    return f"{text[: limit - tail]} … ({len(text) - limit:,} characters left out) … {text[-tail:]}"


def line(text: str, limit: int = 2_000) -> str:
    """Return a text as one printable line of at most about `limit` characters."""
    return " ".join(printable(shorten(text, limit)).split())


def say(value: Any) -> str:
    """Say a fact in words, whatever it is: "not there", "unknown: …", or its value."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    if isinstance(value, dict):
        if value.keys() == {"unknown"}:
            return f"unknown: {value['unknown']}"
        return ", ".join(f"{key}: {say(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(say(item) for item in value) or "none"
    words = {None: "not there", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def split_code(text: str) -> list[tuple[str, bool]]:
    """Cut a sentence at its pairs of backticks: its parts, and whether each stood between two.

    A text of the machine that holds backticks gets code here and there, which does no harm.
    """
    parts = re.split(r"`([^`\n]+)`", text)
    return [(part, index % 2 == 1) for index, part in enumerate(parts) if part]
