"""Option types that several commands share. What they refuse is a usage error that names the option."""

from __future__ import annotations

import json
import math
import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from envdoctor.registry import BrokenPlugin, load_checks
from envdoctor.report.ascii import to_ascii
from envdoctor.report.language import spoken

if TYPE_CHECKING:
    from envdoctor.report.model import Report


class Codes(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in newer releases of click
    """Codes or names of checks, or groups of codes, separated by commas: `DRV,TOR001`."""

    name = "codes"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        """Turn the text into a set of full codes."""
        if isinstance(value, frozenset):
            return value
        try:
            checks = load_checks()
        except BrokenPlugin as error:
            self.fail(str(error), param, ctx)
        codes: set[str] = set()
        for word in str(value).replace(" ", "").split(","):
            found = {c for c, check in checks.items() if word and (c.startswith(word.upper()) or check.name == word)}
            if not found:
                self.fail(f"no check is called {word!r}; `envdoctor explain` lists them all", param, ctx)
            codes |= found
        return frozenset(codes)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the last of the codes, with what each looks for."""
        del ctx, param
        before, comma, last = incomplete.rpartition(",")
        try:
            checks = load_checks()
        except BrokenPlugin:
            return []
        return [
            CompletionItem(f"{before}{comma}{code}", help=check.summary)
            for code, check in checks.items()
            if code.startswith(last.upper())
        ]


class OutputFile(click.Path):
    """A file to write; `-` is the standard output."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, allow_dash=True, path_type=Path)


class Seconds(click.FloatRange):
    """A time limit; a number, unlike the "nan" that `FloatRange` lets pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Turn the text into seconds."""
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return seconds


def is_for_others(output: Path | None) -> bool:
    """Say whether a text goes into a file, by `-o` or by the shell's `>`: files are sent to people, a window is not."""
    if output is not None and str(output) != "-":
        return True
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):  # it is closed, or no file of the system's
        return False


def without_private(report: Report, *, show: bool = False) -> Report:
    """Return a report without private data.

    Args:
        report: as it was made.
        show: list on the standard error from which places what kinds were removed; never what.
    """
    from envdoctor.report.clean import line  # noqa: PLC0415  # many patterns are compiled there
    from envdoctor.report.private import privately  # noqa: PLC0415

    cleaned, removals = privately(report)
    if show:
        for removal in removals:
            click.echo(spoken(f"removed {removal.kind} ({removal.count}) from {line(removal.place, 200)}"), err=True)
        if not removals:
            click.echo(spoken("nothing private was found"), err=True)
    return cleaned


def put(text: str, output: Path | None, *, is_json: bool = False) -> None:
    """Write a result to a file, whole or not at all, or to the standard output whatever its encoding.

    Args:
        text: the result.
        output: the file; None or `-`: the standard output.
        is_json: characters that the standard output does not take can be written as JSON's escapes.

    Raises:
        click.UsageError: the file cannot be written.
        click.ClickException: nor can the standard output.
    """
    if output is not None and str(output) != "-":
        from envdoctor.files import CannotWriteError, write_atomically  # noqa: PLC0415

        try:
            write_atomically(output, text)
        except CannotWriteError as error:
            raise click.BadParameter(str(error), param_hint="'-o' / '--output'") from None
        return
    try:
        sys.stdout.write(_encodable(text, sys.stdout.encoding or "ascii", is_json=is_json))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`). The exit code is still the result's.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise click.ClickException(f"the standard output cannot be written: {error.strerror}") from None


def _encodable(text: str, encoding: str, *, is_json: bool) -> str:
    """Return the text in characters that an encoding has."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = re.sub(r"[^\x00-\x7f]", lambda c: json.dumps(c[0])[1:-1], text) if is_json else to_ascii(text)
    return text.encode(encoding, "replace").decode(encoding, "replace")
