"""A benchmark's outcome as JSON: the measurements are those of a report."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import msgspec

from envdoctor.bench.measurement import Outcome, to_builtins
from envdoctor.bench.result import Series
from envdoctor.facts import Snapshot
from envdoctor.report.model import Report, Tool

SCHEMA = "envdoctor/bench/1"


def render(outcome: Outcome | Series, *, private_ok: bool = False, now: datetime | None = None) -> str:
    """Return the outcome as a JSON document.

    Args:
        outcome: what to write.
        private_ok: keep names, paths and addresses.
        now: the time to write into it; the default is the present.
    """
    now = now or datetime.now(timezone.utc)
    document = to_builtins(outcome)
    removed: dict[str, int] = {}
    if not private_ok:
        document, removed = _private(document, outcome)
    head = {
        "schema": SCHEMA,
        "tool": msgspec.to_builtins(Tool()),
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "exit_code": outcome.exit_code,
    }
    text = msgspec.json.encode({**head, **document, "removed": removed})
    # Raw samples, one a line, would make a series very long.
    return msgspec.json.format(text, indent=2 if isinstance(outcome, Outcome) else 0).decode() + "\n"


def _private(document: dict[str, Any], outcome: Outcome | Series) -> tuple[dict[str, Any], dict[str, int]]:
    """Take out what is nobody's business, as for a report that holds nothing else."""
    from envdoctor.report.private import make_private  # noqa: PLC0415  # many patterns are compiled there

    report = Report(
        created="",
        seconds=outcome.seconds,
        exit_code=outcome.exit_code,
        verdict="",
        headline="",
        primary=None,
        findings=(),
        not_checked=(),
        facts=Snapshot(),
        measurements=(document,),
    )
    cleaned = make_private(report)
    return cleaned.measurements[0], cleaned.removed
