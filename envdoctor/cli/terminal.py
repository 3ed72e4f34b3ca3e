"""What the terminal at the other end can show."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO

import msgspec

REDIRECTED_WIDTH = 100
NARROWEST, WIDEST = 30, 110
"""Lines longer than about 110 characters are hard to read, however wide the window."""


class Terminal(msgspec.Struct, frozen=True):
    """Width in columns, whether colours may be used, and whether it takes more than ASCII."""

    width: int
    color: bool
    unicode: bool


def look_at(stream: IO[str], environment: Mapping[str, str] | None = None) -> Terminal:
    """Say what may be written to a stream.

    `NO_COLOR` (https://no-color.org) wins over `FORCE_COLOR`, which wins over what the stream is.
    """
    environment = os.environ if environment is None else environment
    tty = stream.isatty()
    color = tty and environment.get("TERM") != "dumb"
    if environment.get("FORCE_COLOR"):
        color = True
    if environment.get("NO_COLOR"):
        color = False
    wanted = environment.get("COLUMNS", "")
    width = int(wanted[:9]) if wanted.isdecimal() else 0  # Python turns no more than 4300 digits into a number
    if width <= 0:
        width = _columns() if tty else REDIRECTED_WIDTH
    return Terminal(min(max(width, NARROWEST), WIDEST), color, _takes_unicode(stream))


def _columns() -> int:
    import shutil  # noqa: PLC0415  # with all its archivers; a redirected output needs none of it

    return shutil.get_terminal_size().columns


def _takes_unicode(stream: IO[str]) -> bool:
    try:
        "✓✗·—→".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
