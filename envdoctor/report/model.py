"""The report: what every format is rendered from, and the contract that scripts rely on."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import msgspec

from envdoctor import __version__
from envdoctor.data_date import DATE
from envdoctor.facts import Snapshot, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.judge import Judgement, NotChecked

SCHEMA = "envdoctor/report/1"
DATA = DATE
"""Date of the compatibility data."""


class Tool(msgspec.Struct, frozen=True):
    """Who made the report."""

    name: str = "envdoctor"
    version: str = __version__
    data: str = DATA


class Probe(msgspec.Struct, frozen=True):
    """How a look at the machine went."""

    name: str
    status: str
    """`ok`, `absent` (looked, nothing there), `unknown`."""
    seconds: float
    reason: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is printed, in any format. Field names are the JSON keys."""

    schema: str = SCHEMA
    tool: Tool = Tool()
    created: str
    seconds: float
    exit_code: int
    verdict: str
    """`healthy`, `attention` (warnings only), `broken`."""
    headline: str
    primary: str | None
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    checked: tuple[str, ...] = ()
    """Codes of the checks that came to a judgement: those without a finding passed."""
    facts: Snapshot
    pins: dict[str, Any] | None = None
    measurements: tuple[dict[str, Any], ...] = ()
    probes: tuple[Probe, ...] = ()
    removed: dict[str, int] = {}

    def _repr_html_(self) -> str:
        """Show itself in a notebook, without private data: notebooks are sent to people."""
        from envdoctor.report.html import framed  # noqa: PLC0415  # only in notebooks
        from envdoctor.report.private import make_private  # noqa: PLC0415  # same

        return framed(make_private(self))

    @property
    def primary_finding(self) -> Finding | None:
        """The finding that `primary` names."""
        return self.findings[0] if self.primary is not None else None


def make_report(
    snapshot: Snapshot,
    judgement: Judgement,
    *,
    seconds: float,
    probes: tuple[Probe, ...] = (),
    fail_on: str = "error",
    pins: dict[str, Any] | None = None,
    measurements: tuple[dict[str, Any], ...] = (),
    now: datetime | None = None,
) -> Report:
    """Put a judgement and its facts together and say the verdict."""
    now = now or datetime.now(timezone.utc)
    worst = min((f.severity for f in judgement.findings if f.severity), key=lambda s: s.rank, default=Severity.NOTE)
    verdict = {Severity.ERROR: "broken", Severity.WARNING: "attention", Severity.NOTE: "healthy"}[worst]
    return Report(
        created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=round(seconds, 3),
        exit_code=_exit_code(worst, fail_on),
        verdict=verdict,
        headline=_headline(verdict, judgement, snapshot),
        primary=judgement.primary,
        findings=judgement.findings,
        not_checked=judgement.not_checked,
        checked=judgement.checked,
        facts=snapshot,
        pins=pins,
        measurements=measurements,
        probes=probes,
    )


def _exit_code(worst: Severity, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    return int(worst.rank <= Severity(fail_on).rank and worst is not Severity.NOTE)


def _headline(verdict: str, judgement: Judgement, snapshot: Snapshot) -> str:
    if judgement.findings and verdict != "healthy":
        return judgement.findings[0].what
    if not isinstance(snapshot.messages, Unknown):
        return "Nothing in this text shows a fault of the environment."
    return f"{_what_works(snapshot)} is wrong here, as far as it could be checked."


def _what_works(snapshot: Snapshot) -> str:
    """Begin the sentence of a healthy machine with what was seen to work."""
    run = snapshot.torch_run
    if not isinstance(run, TorchRun) or run.failure is not None or not isinstance(run.version, str):
        return "Nothing"
    if run.available is True and run.devices and all(device.computes is True for device in run.devices):
        count = len(run.devices)
        where = f"{count} GPUs" if count > 1 else run.devices[0].name
        return f"PyTorch {run.version} computes on {where}; nothing"
    if run.available is True:
        return f"PyTorch {run.version} sees a GPU; nothing"
    return f"PyTorch {run.version} works on the CPU; nothing"
