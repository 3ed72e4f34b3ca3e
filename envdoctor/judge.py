"""Runs the checks over a snapshot and orders what they say: one primary cause, the rest behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from envdoctor.facts import CannotTellError, Snapshot, Unknown
from envdoctor.findings import Check, Finding, Severity
from envdoctor.groups import rank


class NotChecked(msgspec.Struct, frozen=True):
    """A check that could not tell, and why."""

    code: str
    reason: str


class Judgement(msgspec.Struct, frozen=True):
    """All findings, the primary first, and what could not be judged."""

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    primary: str | None
    checked: tuple[str, ...] = ()
    """Codes of the checks that came to a judgement, found something or not."""


def judge(snapshot: Snapshot, checks: Mapping[str, Check]) -> Judgement:
    """Ask every check. A check that fails is reported as not checked: it must not take the others along."""
    findings: list[Finding] = []
    not_checked: list[NotChecked] = []
    for code, check in checks.items():
        unknown = _missing(snapshot, check)
        if unknown:
            not_checked.append(NotChecked(code, unknown))
            continue
        try:
            findings += check(snapshot)
        except CannotTellError as error:
            not_checked.append(NotChecked(code, str(error)))
        except Exception as error:  # noqa: BLE001  # a plug-in may raise anything
            not_checked.append(NotChecked(code, f"the check itself failed: {type(error).__name__}: {error}"))
    ordered = order(findings, checks)
    primary = ordered[0].code if ordered and _leads(ordered[0]) else None
    left = {one.code for one in not_checked}
    return Judgement(tuple(ordered), tuple(not_checked), primary, tuple(code for code in checks if code not in left))


def order(findings: Iterable[Finding], checks: Mapping[str, Check]) -> list[Finding]:
    """Tie each finding to the one that explains it, and put the primary first.

    Order: errors that nothing explains, by their place in the stack; then other errors, warnings,
    notes. A finding can only be explained by one that is at least as bad: a note explains no error.
    In a pasted text, the messages that its author complains of come before what the facts show beside them.
    """
    findings = list(findings)
    worst: dict[str, int] = {}
    for finding in findings:
        worst[finding.code] = min(_severity(finding), worst.get(finding.code, _severity(finding)))
    tied = [msgspec.structs.replace(f, because_of=_explained_by(f, checks[f.code], worst)) for f in findings]
    return sorted(tied, key=_place)


def _place(finding: Finding) -> tuple[object, ...]:
    return (
        _severity(finding),
        finding.because_of is not None,
        not _complained_of(finding),
        finding.confidence != "proved",
        rank(finding.code),
    )


def _complained_of(finding: Finding) -> bool:
    return any(path.startswith("messages.") for path in finding.evidence)


def _explained_by(finding: Finding, check: Check, worst: Mapping[str, int]) -> str | None:
    for code in check.because_of:
        if code in worst and worst[code] <= _severity(finding):
            return code
    return None


def _severity(finding: Finding) -> int:
    return (finding.severity or Severity.NOTE).rank


def _leads(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR and finding.because_of is None


def _missing(snapshot: Snapshot, check: Check) -> str | None:
    for name in check.facts:
        value = getattr(snapshot, name)
        if isinstance(value, Unknown) and name not in check.tolerates:
            return f"{name} is unknown: {value.reason}"
    return None
