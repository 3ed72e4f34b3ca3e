"""The help of commands in the language that is spoken."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterable
from typing import Any, TypeVar

import click

from envdoctor.report.language import spoken

Shown = TypeVar("Shown", bound=click.Command)
KEEPS_LINES = "\b"
"""What click takes for: this paragraph is not wrapped."""


class Formatter(click.HelpFormatter):
    """Says click's own words in the language that is spoken, too."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is called."""
        super().write_usage(prog, args, f"{spoken('Usage:')} " if prefix is None else prefix)

    def section(self, name: str) -> Any:
        """Begin a part of the help; what is returned ends it."""
        return super().section(spoken(name))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write options or commands, each with what is said of it."""
        super().write_dl([(name, _cells(said)) for name, said in rows], col_max, col_spacing)


class Context(click.Context):
    """What a command is called with."""

    formatter_class = Formatter


def in_language(command: Shown) -> Shown:
    """Return a copy of a command whose help, and that of its options, is in the language that is spoken."""
    told = copy.copy(command)
    told.help = paragraphs(command.help) if command.help else command.help
    told.epilog = paragraphs(command.epilog) if command.epilog else command.epilog
    told.params = [_parameter(one) for one in command.params]
    told.context_class = Context
    return told


def _parameter(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    told = copy.copy(parameter)
    told.help = spoken(" ".join(parameter.help.split()))
    return told


def paragraphs(text: str) -> str:
    """Translate a help text paragraph by paragraph, and cell by cell where the lines are kept."""
    # A paragraph that is translated has no indentation any more; then click would keep that of the others.
    return "\n\n".join(map(_paragraph, inspect.cleandoc(text).split("\n\n")))


def _paragraph(text: str) -> str:
    if KEEPS_LINES not in text:
        return spoken(" ".join(text.split()))
    return "\n".join(map(_cells, text.split("\n")))


def _cells(line: str) -> str:
    return "".join(map(spoken, re.split(r"(\s{2,})", line)))
