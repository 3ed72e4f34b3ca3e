"""What the checks of drift share: each speaks for some groups of facts."""

from __future__ import annotations

from collections.abc import Iterator

from envdoctor.compare.weights import DECIDES, MATTERS
from envdoctor.facts import Drift
from envdoctor.findings import Finding, Fix, Severity

NAMED = 4
"""Differences that are named in the sentence; the evidence has all."""


def drifted(drift: tuple[Drift, ...] | None, groups: tuple[str, ...], subject: str, mend: str) -> Iterator[Finding]:
    """Yield one finding about all that drifted in these groups of facts.

    Its severity is that of the weightiest difference: an error where other code runs or it works on one side only, a
    warning where results or speed can change, else a note.

    Args:
        drift: all that drifted, the weightiest first; None: nothing was compared.
        groups: first words of the facts' paths.
        subject: "PyTorch", "packages".
        mend: a sentence.
    """
    mine = sorted((one for one in drift or () if one.path.partition(".")[0] in groups), key=lambda one: -one.weight)
    if not mine:
        return
    named = "; ".join(f"{one.path} was {_brief(one.before)}, is {_brief(one.after)}" for one in mine[:NAMED])
    more = f"; and {len(mine) - NAMED} more" if len(mine) > NAMED else ""
    worst = mine[0]
    when = f" of {worst.locked[:10]}" if worst.locked else ""
    yield Finding(
        what=f"Not as in the lock{when}: {subject}: {named}{more}.",
        why=f"The weightiest is {worst.path}: {worst.reason}.",
        fix=Fix(f"{mend} If the change is meant, lock the machine again.", ("envdoctor lock -o LOCK",)),
        verify="envdoctor check --against LOCK",
        severity=severity(worst.weight),
        evidence={"drift": [f"{one.path}: {one.before} -> {one.after} (weight {one.weight})" for one in mine]},
    )


def severity(weight: int) -> Severity:
    """Return how bad a difference of this weight is."""
    if weight >= DECIDES:
        return Severity.ERROR
    return Severity.WARNING if weight >= MATTERS else Severity.NOTE


def _brief(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}..."  # noqa: PLR2004  # a sentence, not a page
