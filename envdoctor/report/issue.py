"""A link that opens a new issue on GitHub with its title and the beginning of its text filled in."""

from __future__ import annotations

import re
from urllib.parse import quote

from envdoctor.report.clean import line
from envdoctor.report.language import spoken
from envdoctor.report.layout import padded
from envdoctor.report.model import Report
from envdoctor.report.summary import rows

LIMIT = 8_000
"""Characters of the link; GitHub answers longer ones with "414 URI Too Long" (its limit is 8,192)."""
REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
"""OWNER/NAME, as GitHub allows it."""
TITLE = 180


def is_repository(name: str) -> bool:
    """Say whether a text is OWNER/NAME."""
    return REPOSITORY.fullmatch(name) is not None and name.partition("/")[2] not in (".", "..")


def link(report: Report, repository: str, attach: str = "") -> str:
    """Return the link. The report should be private already.

    Args:
        report: what was found.
        repository: OWNER/NAME.
        attach: the file to attach, named in the text.

    Raises:
        ValueError: `repository` is not of that form.
    """
    if not is_repository(repository):
        raise ValueError(f"{repository!r} is no OWNER/NAME")
    start = f"https://github.com/{repository}/issues/new?title={_quoted(_title(report))}&body="
    text = _body(report, attach)
    while len(start) + len(_quoted(text)) > LIMIT:
        # The end is the least useful: cut lines, then what is left of a single long one.
        kept = text.rpartition("\n")[0]
        text = kept or text[: len(text) // 2]
    return start + _quoted(text)


def _title(report: Report) -> str:
    code = f"[{report.primary}] " if report.primary else ""
    return line(code + spoken(report.headline), TITLE)


def _body(report: Report, attach: str) -> str:
    parts = [_what_happened()]
    if attach:
        parts.append(spoken(f"Attached: `{line(attach, 200)}` (drop the file here)"))
    parts.append("```\n" + "\n".join([_fenced(spoken(report.headline)), "", *_machine(report)]) + "\n```")
    tool = f"{report.tool.name} {report.tool.version}, data of {report.tool.data}"
    return "\n\n".join([parts[0], *parts[1:], spoken(f"Written by {tool}.")])


def _what_happened() -> str:
    return f"**{spoken('What I did, and what happened instead of what I expected:')}**\n\n"


def _machine(report: Report) -> list[str]:
    return [f"{padded(spoken(row.label), 9)} {_fenced(spoken(row.text))}" for row in rows(report)]


def _fenced(text: str) -> str:
    """Return a text that does not end the block of code around it."""
    return line(text, 400).replace("```", "'''")


def _quoted(text: str) -> str:
    return quote(text, safe="")
