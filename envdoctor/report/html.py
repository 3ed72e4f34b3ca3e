"""The report as one HTML file: nothing is loaded from anywhere, nothing from the machine becomes markup."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from envdoctor.facts import Unknown, to_builtins
from envdoctor.findings import Finding
from envdoctor.measurements import Explanation
from envdoctor.report.answer import is_pasted
from envdoctor.report.clean import line, printable, say, shorten, split_code
from envdoctor.report.json import plain
from envdoctor.report.language import ENGLISH, NAMES, language, languages, speaking, spoken
from envdoctor.report.measured import Measured, columns, measured
from envdoctor.report.model import Report
from envdoctor.report.summary import rows

if TYPE_CHECKING:
    from jinja2 import Environment

VALUE = 2_000
"""Of one value, in characters."""
HEADLINE = 400
FACTS = 1_000_000
"""Of the raw facts, in characters: the file stays far below 3 MB."""
VERDICTS = {"broken": "Broken", "attention": "Needs attention", "healthy": "Healthy"}
MARKS = {
    "ok": ("✓", "fine"),
    "absent": ("\N{EN DASH}", "not there"),
    "note": ("·", "note"),
    "warning": ("!", "warning"),
    "error": ("✗", "error"),
    "unknown": ("?", "unknown"),
}


def render(report: Report) -> str:
    """Return the report as a page, in every language there is; the one that is spoken is shown."""
    style, script = _template("report.css"), _template("report.js")
    # The very bytes between the tags: any other style or script does not run.
    allowed = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    tongues = languages()
    shared = {
        "tongues": {tongue: NAMES[tongue] for tongue in tongues},
        "facts": _facts(report),
        **_measurements(measured(report)),
        **_explained(report),
    }
    parts = []
    for tongue in tongues:
        with speaking(tongue):
            # Plots and raw facts stand in the part that is shown; the script takes them along into another.
            parts.append(_part(report, shared, first=tongue == tongues[0]))
    page: str = (
        _environment()
        .get_template("report.html")
        .render(
            parts=parts,
            style=style,
            script=script,
            policy=f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'",
        )
    )
    return page


def _part(report: Report, shared: dict[str, Any], *, first: bool) -> dict[str, str]:
    """Return what the page says in the language that is spoken."""
    verdict, tongue = _verdict(report), language()
    markup = (
        _environment()
        .get_template("body.html")
        .render(
            _=spoken,
            language=tongue,
            prefix="" if tongue == ENGLISH else f"{tongue}-",
            first=first,
            report=report,
            verdict=verdict,
            headline=shorten(report.headline, HEADLINE),
            primary=_finding(report.primary_finding),
            others=[_finding(finding) for finding in (report.findings[1:] if report.primary else report.findings)],
            machine=[(*MARKS[row.status], row) for row in rows(report)],
            whys=[one for one in shared["made"] if one.why],
            pins=_pins(report),
            packages=_named(report.facts.packages),
            variables=_named(report.facts.environment),
            **shared,
        )
    )
    return {"language": tongue, "title": f"envdoctor: {verdict}", "markup": markup.strip()}


def _verdict(report: Report) -> str:
    """Name the verdict. A text that shows no fault makes no machine healthy."""
    if report.verdict == "healthy" and is_pasted(report.facts):
        return spoken("No fault shown")
    return spoken(VERDICTS[report.verdict])


def framed(report: Report, height: str = "36rem") -> str:
    """Return the page in a frame, for pages of others: neither its style nor its script reaches them, nor theirs it."""
    page = html.escape(render(report), quote=True)
    style = f"width: 100%; height: {height}; border: 0"
    return f'<iframe title="envdoctor" sandbox="allow-scripts" srcdoc="{page}" style="{style}"></iframe>'


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415  # slow to import

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_template),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        text=functools.partial(_one_line, limit=VALUE),
        say=_say,
        parts=lambda text: split_code(_one_line(spoken(str(text)))),
        spoken=lambda text: _one_line(spoken(str(text))),
        code=_code,
    )
    return environment


@functools.cache
def _template(name: str) -> str:
    return files("envdoctor.report").joinpath("templates").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _one_line(text: object, limit: int = VALUE) -> str:
    return line(str(text), limit)


def _say(value: Any) -> str:
    if isinstance(value, float):
        value = float(f"{value:.6g}")  # the JSON has the rest
    return line(spoken(say(value)), VALUE)


def _code(text: object) -> str:
    """Make a command or a text of several lines printable."""
    return printable(shorten(str(text), VALUE))


def _finding(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    return {
        "finding": finding,
        "severity": finding.severity.value if finding.severity else "note",
        "risk": spoken(finding.fix.risk.warning),
        "evidence": list(finding.evidence.items())[:50],
        "commands": finding.fix.commands[:30],
    }


def _measurements(made: list[Measured], *, there: bool | None = None) -> dict[str, Any]:
    """Return what the page says of measurements; `there`: whether matplotlib is, if it is not to be looked for."""
    if not made:
        return {"made": [], "headers": (), "plots": [], "plots_available": True, "synthetic": False}
    from envdoctor.report.plots import available, plots  # noqa: PLC0415  # only where something was measured

    there = available() if there is None else there
    headers, cells = columns(made)
    return {
        "made": made,
        "headers": headers,
        "cells": cells,
        "plots": plots(made) if there else [],
        "plots_available": there,
        "synthetic": any(one.synthetic for one in made),
    }


def _explained(report: Report) -> dict[str, Any]:
    """Return what a series says of itself, with its plots where matplotlib is."""
    explanation = report.facts.explanation
    if not isinstance(explanation, Explanation):
        return {"explained": [], "explained_plots": []}
    from envdoctor.report.explained import explained  # noqa: PLC0415  # only where something was measured
    from envdoctor.report.plots import available  # noqa: PLC0415  # same
    from envdoctor.report.plots_explained import explained_plots  # noqa: PLC0415  # same

    return {
        "explained": explained(report),
        "explained_plots": explained_plots(explanation) if available() else [],
    }


def _pins(report: Report) -> dict[str, Any] | None:
    """Return the versions, commands, and reasons of the recommendation, of whatever form each is."""
    if not report.pins:
        return None
    lists = {name: report.pins.get(name) for name in ("install", "because", "rejected")}
    return {
        "versions": {key: value for key, value in report.pins.items() if key not in lists and value},
        **{name: list(value)[:50] if isinstance(value, list | tuple) else [] for name, value in lists.items()},
    }


def _facts(report: Report) -> str:
    """Return the facts as JSON; long texts are shortened, and invisible characters spelt out."""
    facts = plain(_shortened(to_builtins(report.facts)))
    asked = {name: value for name, value in facts.items() if value != {"unknown": "not asked"}}
    text = json.dumps(asked, indent=2, ensure_ascii=False)
    return printable(shorten(text, FACTS))


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        return shorten(value, VALUE)
    if isinstance(value, dict):
        return {shorten(str(key), VALUE): _shortened(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(item) for item in value]
    return value


def _named(fact: dict[str, str] | Unknown) -> list[tuple[str, str]]:
    return [] if isinstance(fact, Unknown) else sorted(fact.items())
