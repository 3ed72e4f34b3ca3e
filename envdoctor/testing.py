"""For tests of checks, ours and those of plug-ins: ask one check about made-up facts."""

from __future__ import annotations

from typing import Any

from envdoctor.facts import Snapshot
from envdoctor.findings import Check, Finding
from envdoctor.registry import load_checks


def findings(check: str | Check, /, **facts: Any) -> list[Finding]:
    """Return what a check (or the check of this code) says about these facts.

    Facts that are not given are `Unknown`, as for anybody who did not look. So this raises
    `CannotTellError` or fails if the check needs one that is missing, instead of staying silent by
    accident.

    Raises:
        KeyError: no check has this code, or it needs a fact that is not given.
    """
    found = load_checks()[check] if isinstance(check, str) else check
    missing = set(found.facts) - set(facts) - found.tolerates
    if missing:
        raise KeyError(f"{found.code} also reads {', '.join(sorted(missing))}")
    return found(Snapshot(**{name: value for name, value in facts.items() if name in found.facts}))
