"""The Pythons of a machine as lines for people. Only of the examined one it is known whether its torch works."""

from __future__ import annotations

import msgspec

from envdoctor.facts import Interpreter, Snapshot, TorchRun, Unknown
from envdoctor.report.model import Report


class Line(msgspec.Struct, frozen=True):
    """What is said of one interpreter."""

    executable: str
    python: str
    """"Python 3.12.7 (venv)"."""
    torch: str
    """"torch 2.9.1+cu128 (not tried)"."""
    found_by: str
    status: str
    """`ok`: examined, and its torch works; `error`: it fails; `note`: there is a torch; `absent`; `unknown`."""


def interpreters(report: Report) -> list[Line]:
    """Return the Pythons that were found; none where nobody looked."""
    found = report.facts.pythons
    return [] if isinstance(found, Unknown) else [_line(one, report.facts) for one in found]


def _line(one: Interpreter, facts: Snapshot) -> Line:
    version = one.version if isinstance(one.version, str) else "of unknown version"
    kind = f" ({one.kind})" if isinstance(one.kind, str) and one.kind != "other" else ""
    ways = (*(("examined",) if one.examined else ()), *one.found_by)
    torch, status = _torch(one, facts)
    return Line(one.executable, f"Python {version}{kind}", torch, ", ".join(ways), status)


def _torch(one: Interpreter, facts: Snapshot) -> tuple[str, str]:
    if one.examined and not isinstance(facts.torch, Unknown):
        # What the interpreter itself told counts more than what its files look like from outside.
        return _examined(facts)
    if isinstance(one.torch, Unknown):
        return f"torch unknown: {one.torch.reason}", "unknown"
    if one.torch is None:
        return "no torch in its site-packages", "absent"
    return f"torch {one.torch} (not tried)", "note"


def _examined(facts: Snapshot) -> tuple[str, str]:
    torch, run = facts.torch, facts.torch_run
    if torch is None or isinstance(torch, Unknown):
        return "no torch", "absent"
    version = torch.version if isinstance(torch.version, str) else "of unknown version"
    if not isinstance(run, TorchRun):
        return f"torch {version} (not tried)", "note"
    return (
        (f"torch {version} (imported, works)", "ok") if run.failure is None else (f"torch {version} (fails)", "error")
    )
