"""What a check says, and how a check is declared."""

from __future__ import annotations

import enum
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_type_hints

import msgspec

from envdoctor.facts import Snapshot, Unknown

INSTALL = "{install}"
"""Stands in `Fix.commands` for the commands that install the versions that fit; filled in by the report."""


class Severity(str, enum.Enum):
    """How bad it is; the values stand in reports."""

    ERROR = "error"
    """Something that the machine is evidently meant to do cannot work."""
    WARNING = "warning"
    """It works and will bite, or works less well than it could."""
    NOTE = "note"
    """Worth knowing."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Risk(str, enum.Enum):
    """What carrying out a fix may do."""

    SAFE = "safe"
    CHANGES_ENVIRONMENT = "changes-environment"
    NEEDS_ROOT = "needs-root"
    REBOOT = "reboot"

    @property
    def warning(self) -> str:
        """A sentence for people; "" where nothing is at risk."""
        return WARNINGS.get(self, "")


WARNINGS = {
    Risk.CHANGES_ENVIRONMENT: "This changes the Python environment.",
    Risk.NEEDS_ROOT: "This needs administrator rights.",
    Risk.REBOOT: "This needs a reboot.",
}


class Fix(msgspec.Struct, frozen=True):
    """How to mend it: words for a person, commands to paste, and what they may do."""

    text: str
    commands: tuple[str, ...] = ()
    risk: Risk = Risk.SAFE


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found on one machine.

    A check fills in `what`, `why`, `fix` and `evidence`; the rest comes from its declaration, and
    `because_of` from the judge.
    """

    what: str
    """True of this machine, with its numbers."""
    why: str
    """Why that explains the symptom."""
    fix: Fix
    evidence: dict[str, Any] = {}
    """Path of a fact → its value: "driver.version": "535.183.01"."""
    severity: Severity | None = None
    """Given only where this case is worse or milder than the check's usual one."""
    cause: str = ""
    """Given only where one check knows several causes."""
    verify: str = ""
    """The command that shows that it is mended; "" for the usual one."""
    confidence: str = "proved"
    """`proved`, or `likely` where the cause is inferred."""
    code: str = ""
    name: str = ""
    because_of: str | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A declared check: what it is called, what it reads, and the function that judges."""

    code: str
    name: str
    severity: Severity
    cause: str
    because_of: tuple[str, ...]
    """Codes whose findings explain this one, the strongest first."""
    facts: tuple[str, ...]
    """The fields of `Snapshot` that it reads."""
    tolerates: frozenset[str]
    """Those among them that may be Unknown."""
    doc: str
    judge: Callable[..., Iterator[Finding]]

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.doc.partition("\n")[0]

    def __call__(self, snapshot: Snapshot) -> list[Finding]:
        """Judge a snapshot, whatever is unknown in it."""
        facts = {name: getattr(snapshot, name) for name in self.facts}
        return [self._complete(finding) for finding in self.judge(**facts)]

    def _complete(self, finding: Finding) -> Finding:
        return msgspec.structs.replace(
            finding,
            code=self.code,
            name=self.name,
            severity=finding.severity or self.severity,
            cause=finding.cause or self.cause,
            verify=finding.verify or f"envdoctor check --select {self.code}",
        )


def check(
    code: str, severity: Severity, *, cause: str, because_of: tuple[str, ...] = ()
) -> Callable[[Callable[..., Iterator[Finding]]], Check]:
    """Declare a function as a check.

    Args:
        code: three capital letters (the group) and three digits.
        severity: how bad its findings usually are.
        cause: what a person would name in one line; a word of the vocabulary of causes.
        because_of: codes of checks whose findings explain this one. When one of them speaks, this
            check's finding is subordinate to it and never the primary one.

    The function's parameters are named after fields of `Snapshot`. It is not called while one of
    them is `Unknown`, unless the parameter's annotation says that it copes with that.
    """

    def declare(function: Callable[..., Iterator[Finding]]) -> Check:
        hints = _hints(function)
        code_object = function.__code__
        names = code_object.co_varnames[: code_object.co_argcount + code_object.co_kwonlyargcount]
        return Check(
            code=code,
            name=function.__name__,
            severity=severity,
            cause=cause,
            because_of=because_of,
            facts=names,
            tolerates=frozenset(name for name in names if Unknown in get_args(hints[name])),
            doc=inspect.getdoc(function) or "",
            judge=function,
        )

    return declare


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a check; evaluated only where its module puts that off, for it takes time."""
    if any(isinstance(hint, str) for hint in function.__annotations__.values()):
        return get_type_hints(function, vars(sys.modules[function.__module__]))
    return function.__annotations__
