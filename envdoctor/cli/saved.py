"""What people saved or pasted: the one place where commands read it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from envdoctor.saved import Saved, read_saved

CURE = "give a report that --json has written, or a text"


def read_snapshot(source: str, option: str = "--from") -> Saved:
    """Return what a file (or, for `-`, the standard input) tells of a machine: a report, a lock, or pasted text.

    Raises:
        click.BadParameter: it cannot be read, or is none of them.
    """
    from envdoctor.report.json import BadReport  # noqa: PLC0415

    try:
        return read_saved(text_of(source, option))
    except BadReport as error:
        raise click.BadParameter(f"{source}: {error}", param_hint=f"'{option}'") from None


def text_of(source: str, option: str = "--from", cure: str = CURE) -> bytes:
    """Return a file's bytes, or for `-` those of the standard input.

    Raises:
        click.BadParameter: it cannot be read; names the option and says `cure`.
    """
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except (OSError, ValueError) as error:
        reason = "is a directory, not a file" if isinstance(error, IsADirectoryError) else None
        reason = reason or getattr(error, "strerror", None) or str(error)
        raise click.BadParameter(f"{source}: {reason}; {cure}", param_hint=f"'{option}'") from None
