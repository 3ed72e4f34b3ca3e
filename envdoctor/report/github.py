"""The report as annotations of GitHub Actions: printed in a workflow, they show up beside the run.

Format: GitHub, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from envdoctor.findings import Finding, Severity
from envdoctor.report.clean import line
from envdoctor.report.model import Report

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
LIMIT = 3_000
"""Characters of a message; GitHub cuts at about 4,000."""


def render(report: Report) -> str:
    """Return an annotation for each finding, the primary first (GitHub shows ten of a kind), or that all is well."""
    lines = [_annotation(finding) for finding in report.findings]
    if report.verdict == "healthy":
        lines.insert(0, _command("notice", "envdoctor", report.headline))
    if report.not_checked:
        skipped = "; ".join(f"{one.code}: {one.reason}" for one in report.not_checked)
        lines.append(_command("debug", "", f"Not checked: {skipped}"))
    return "\n".join(lines) + "\n" if lines else ""


def _annotation(finding: Finding) -> str:
    commands = "".join(f"\n$ {command}" for command in finding.fix.commands)
    said = "\n".join(line(text, LIMIT // 4) for text in (finding.what, finding.why, finding.fix.text) if text)
    title = f"{finding.code} {finding.name.replace('_', ' ')}"
    return _command(COMMANDS[finding.severity or Severity.NOTE], title, said + commands)


def _command(name: str, title: str, message: str) -> str:
    """Write a workflow command. A line feed of the machine would begin a command of its own."""
    properties = f" title={_escape(line(title, 200), ':,')}" if title else ""
    body = "\n".join(line(part, LIMIT) for part in message.split("\n"))[:LIMIT]
    return f"::{name}{properties}::{_escape(body)}"


def _escape(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
