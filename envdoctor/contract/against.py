"""Puts what `--against` names beside what was seen: the contract, or what drifted. Judging is the checks' business."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from envdoctor.compare.differences import compare
from envdoctor.facts import Contract, Drift, Snapshot
from envdoctor.report.clean import say
from envdoctor.report.model import Report
from envdoctor.saved import Saved


def with_contract(snapshot: Snapshot, contract: Contract, environment: Mapping[str, str] | None = None) -> Snapshot:
    """Return what was seen, with the contract and whether the variables that it names are set.

    Args:
        snapshot: what was seen.
        contract: what the project asks for.
        environment: this machine's variables; None: a saved report is judged, which knows those that it shows alone.
    """
    asked = (*contract.variables, *contract.forbidden_variables)
    if environment is not None:
        return msgspec.structs.replace(
            snapshot, contract=contract, variables={name: name in environment for name in asked}
        )
    return msgspec.structs.replace(snapshot, contract=contract)


def with_drift(snapshot: Snapshot, locked: Saved) -> Snapshot:
    """Return what was seen, with what differs from a lock.

    Args:
        snapshot: what was seen.
        locked: what a lock, or a saved report, tells of the good machine.

    Private data is taken out of both before they are compared: the lock has none, and a home folder is no drift.
    """
    from envdoctor.report.private import make_private  # noqa: PLC0415  # rarely needed

    now = make_private(as_report(snapshot)).facts
    then = make_private(as_report(locked.facts)).facts
    drift = tuple(
        Drift(one.path, say(one.a), say(one.b), one.weight, one.reason, locked.created or "")
        for one in compare(then, now).differences
    )
    return msgspec.structs.replace(snapshot, drift=drift)


def as_report(snapshot: Snapshot) -> Report:
    """Wrap facts alone in a report, so that private data can be taken out of them."""
    return Report(
        created="",
        seconds=0.0,
        exit_code=0,
        verdict="healthy",
        headline="",
        primary=None,
        findings=(),
        not_checked=(),
        facts=snapshot,
    )
