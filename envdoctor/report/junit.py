"""The report as JUnit XML, which CI systems show as test results: one test case for each check."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from envdoctor.findings import Check, Finding, Severity
from envdoctor.registry import load_checks
from envdoctor.report.clean import printable, say, shorten
from envdoctor.report.model import Report

SUITE = "envdoctor"
LIMIT = 20_000
"""Of one text, in characters."""


def render(report: Report, checks: Mapping[str, Check] | None = None) -> str:
    """Return the report as JUnit XML.

    Errors and warnings are failures, notes stand in the output of a passed case, and a check that
    could not tell is skipped, with the reason. A check that was not asked is not there.

    Args:
        report: what was found.
        checks: where the names of checks that found nothing are looked up.
    """
    known = load_checks() if checks is None else checks
    names = {code: check.name for code, check in known.items()} | {f.code: f.name for f in report.findings}
    reasons = {one.code: one.reason for one in report.not_checked}
    suite = ET.Element(
        "testsuite", name=SUITE, timestamp=_text(report.created.rstrip("Z")), time=f"{report.seconds:.3f}"
    )
    for code in dict.fromkeys((*(f.code for f in report.findings), *report.checked, *reasons)):
        found = [finding for finding in report.findings if finding.code == code]
        _case(suite, code, names.get(code, code), found, reasons.get(code))
    counts = {"tests": "testcase", "failures": "testcase/failure", "skipped": "testcase/skipped"}
    for attribute, path in counts.items():
        suite.set(attribute, str(len(suite.findall(path))))
    suite.set("errors", "0")
    ET.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _case(suite: ET.Element, code: str, name: str, found: list[Finding], reason: str | None) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{SUITE}.{_text(code[:3])}", name=_text(f"{code} {name}"))
    failing = [finding for finding in found if finding.severity in (Severity.ERROR, Severity.WARNING)]
    if failing:
        worst = min(failing, key=lambda finding: finding.severity.rank if finding.severity else 9)
        kind = worst.severity.value if worst.severity else ""
        failure = ET.SubElement(case, "failure", type=kind, message=_text(worst.what))
        failure.text = "\n\n".join(_words(finding) for finding in failing)
    elif reason is not None and not found:
        ET.SubElement(case, "skipped", message=_text(reason))
    notes = [finding for finding in found if finding not in failing]
    if notes:
        ET.SubElement(case, "system-out").text = "\n\n".join(_words(finding) for finding in notes)


def _words(finding: Finding) -> str:
    evidence = [f"{path}: {say(value)}" for path, value in finding.evidence.items()]
    lines = [finding.what, finding.why, *evidence, f"How to mend it: {finding.fix.text}", *finding.fix.commands]
    return _text("\n".join([*lines, f"To verify: {finding.verify}"]))


def _text(text: str) -> str:
    """Return a text without the characters that XML forbids."""
    return printable(shorten(text, LIMIT))
