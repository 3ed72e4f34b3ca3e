"""Says the same in ASCII, for terminals that know no more."""

from __future__ import annotations

ALIKE = str.maketrans(
    {
        "—": "-",
        "–": "-",  # noqa: RUF001  # what looks alike is what this is about
        "…": "...",
        "·": "-",
        "×": "x",  # noqa: RUF001  # same
        "≥": ">=",
        "≤": "<=",
        "→": "->",
        "“": '"',
        "”": '"',
        "’": "'",  # noqa: RUF001  # same
        "✓": "+",
        "✗": "x",
        "°": "deg ",
        "µ": "u",
        "±": "+-",
    }
)


def to_ascii(text: str) -> str:
    """Replace our own signs by ASCII that looks like them. Other characters stay as they are."""
    return text.translate(ALIKE)
