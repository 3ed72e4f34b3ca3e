"""`envdoctor explain`."""

from __future__ import annotations

import sys

import click

from envdoctor.cli.options import put
from envdoctor.cli.terminal import look_at
from envdoctor.findings import Check
from envdoctor.groups import GROUPS, rank
from envdoctor.registry import BrokenPlugin, load_checks
from envdoctor.report.language import spoken
from envdoctor.report.layout import paragraph


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a check looks for, why it matters and how to mend it; without CODE, list all checks.

    \b
    Examples:
      envdoctor explain
      envdoctor explain DRV002
      envdoctor explain driver_too_old
    """  # noqa: D301  # click wants the character, not a backslash and a b
    try:
        checks = load_checks()
    except BrokenPlugin as error:
        raise click.UsageError(f"{error}; uninstall or mend that package") from None
    if code is None:
        put(_list(checks), None)
        return
    found = [check for check in checks.values() if code.upper() == check.code or code == check.name]
    if not found:
        raise click.BadParameter(
            f"no check is called {code!r}; `envdoctor explain` lists them all", param_hint="'CODE'"
        )
    put(_page(found[0]), None)


def _list(checks: dict[str, Check]) -> str:
    lines: list[str] = []
    width = look_at(sys.stdout).width
    group = ""
    for code in sorted(checks, key=rank):
        if code[:3] != group:
            group = code[:3]
            lines += ["", _wrapped(GROUPS.get(group, "other packages"), width, f"{group}  ", " " * 5)]
        lines.append(_wrapped(checks[code].summary, width, f"  {code}  ", " " * 10))
    return "\n".join([*lines[1:], ""])


def _page(check: Check) -> str:
    title = f"{check.code} {check.name}: {check.severity.value}, cause {check.cause}"
    paragraphs = [title, *check.doc.split("\n\n"), f"Reads: {', '.join(check.facts)}."]
    width = look_at(sys.stdout).width
    return "\n\n".join(_wrapped(paragraph, width) for paragraph in paragraphs) + "\n"


def _wrapped(text: str, width: int, first: str = "", others: str = "") -> str:
    """Break a paragraph at spaces alone: an address or a command that is longer than the line stays whole."""
    return "\n".join(paragraph(spoken(" ".join(text.split())), width, first, others, whole=True))
