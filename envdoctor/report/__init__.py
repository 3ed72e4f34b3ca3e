"""The formats: one module each, with a function `render(report) -> str`.

A module is imported when its format is asked for: what one format needs (rich, Jinja2, matplotlib)
costs nobody else time.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envdoctor.report.model import Report

NAMES = ("text", "json", "markdown", "html", "junit", "github")
ENDINGS = {"text": "txt", "json": "json", "markdown": "md", "html": "html", "junit": "xml", "github": "txt"}
"""What the name of a file in this format ends with."""


def render(report: Report, format_: str) -> str:
    """Return the report in a format.

    Nothing is removed from it here: what leaves the machine goes through
    `envdoctor.report.private.make_private` first.

    Raises:
        KeyError: there is no such format.
    """
    if format_ not in NAMES:
        raise KeyError(f"no format is called {format_!r}; there are {', '.join(NAMES)}")
    text: str = importlib.import_module(f"envdoctor.report.{format_}").render(report)
    return text


FORMATS: dict[str, Callable[[Report], str]] = {name: functools.partial(render, format_=name) for name in NAMES}
