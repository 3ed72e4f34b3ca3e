"""What is known of a machine from a file: a report, a lock, or what somebody pasted."""

from __future__ import annotations

from typing import Any

import msgspec

from envdoctor.facts import Snapshot
from envdoctor.report.json import BadReport
from envdoctor.report.model import Probe


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What a file told of a machine."""

    facts: Snapshot
    probes: tuple[Probe, ...] = ()
    measurements: tuple[dict[str, Any], ...] = ()
    created: str | None = None
    """When it was looked at; None: the file does not say."""


def read_saved(data: bytes) -> Saved:
    """Return what a file tells: a report of any schema that is known, a lock, or pasted text.

    Raises:
        BadReport: it is none of them, or damaged. The message is one line with the cure.
    """
    from envdoctor import lock  # noqa: PLC0415  # one of the three is needed
    from envdoctor.intake.source import understand  # noqa: PLC0415
    from envdoctor.report.json import decoded_object, from_object  # noqa: PLC0415

    try:
        value = decoded_object(data)
    except BadReport:
        value = {}  # no JSON: a text, or a damaged report, which says so below
    try:
        if lock.is_lock(value):
            locked = lock.from_object(value)
            return Saved(facts=locked.facts, created=locked.created)
    except lock.BadLock as error:
        raise BadReport(str(error)) from None
    if "schema" in value:
        report = from_object(value)
        return Saved(facts=report.facts, probes=report.probes, measurements=report.measurements, created=report.created)
    told = understand(data)
    return Saved(facts=told.facts, probes=told.probes)
