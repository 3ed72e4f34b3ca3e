"""What people say when training is slow, and how it is told from what they ask or wish.

An error has words of its own, and a sign finds them. A complaint has not: "two cards, no faster than one" and "DDP
does not scale" mean the same. So a text is taken apart into sentences (`units`), each is asked for the ideas that it
holds (`ideas`), and a row of a table (`table`) says which ideas together complain of what. Times and rates that
stand beside each other are compared (`figures`), and lines of pasted code looked at: they make a complaint surer.
Code alone is none, and figures alone are a hint.
"""

from __future__ import annotations

from msgspec.structs import replace

from envdoctor.intake.clean import Page
from envdoctor.intake.complaints.figures import SEVERAL, Figures, contrasts
from envdoctor.intake.complaints.ideas import Ideas
from envdoctor.intake.complaints.table import CODES, ROWS, Row
from envdoctor.intake.complaints.units import Unit, units_of
from envdoctor.intake.signs import Place

PROVING = {
    "gpu-slower-small-model": "small",
    "amp-slower-or-nan": "amp",
    "loader-bound": "loader",
    "cold-start-compile": "first",
}
"""Cause → the idea beside which figures say all."""
MOST_OF_ONE = 3
"""Sentences that are kept for each sign."""


def find(page: Page) -> list[tuple[Place, Unit]]:
    """Return what a text complains of, each with the sentence that says so; nothing where nobody complains.

    The places have the sign and the text's span within its sentence, not within the page.
    """
    units = units_of(page)
    text = Ideas(" ".join(unit.text for unit in units))
    if text.holds("wish"):
        return []
    found = [(_place(sign, unit), unit) for unit in units for sign in _signs(unit, text)]
    figures = _figures(units, text)
    said = _causes(found)
    alone = [(_place(_alone(one, text), one.unit), one.unit) for one in figures if one.cause not in said]
    said |= _causes([one for one in alone if one[0].sign.endswith(" words")])
    agreeing = [
        (_place(f"{one.cause} figures", one.unit, one.values), one.unit) for one in figures if one.cause in said
    ]
    found += alone
    return _few(found + _codes(units, _causes(found)) + agreeing)


def _causes(found: list[tuple[Place, Unit]]) -> set[str]:
    return {place.sign.rpartition(" ")[0] for place, _ in found}


def _signs(unit: Unit, text: Ideas) -> list[str]:
    ideas = Ideas(unit.text)
    if unit.code or ideas.holds("asked"):
        return []
    return list(dict.fromkeys(row.sign for row in ROWS if _holds(row, ideas, text)))


def _holds(row: Row, ideas: Ideas, text: Ideas) -> bool:
    return (
        all(ideas.any(one) for one in row.here)
        and not any(ideas.holds(one) for one in row.never)
        and all(text.any(one) for one in row.anywhere)
        and not any(text.holds(one) for one in row.nowhere)
    )


def _place(sign: str, unit: Unit, values: dict[str, str] | None = None) -> Place:
    """Return the sentence without the mark of a heading and its full stop: it stands in a sentence of ours."""
    start = len(unit.text) - len(unit.text.lstrip("#*-> "))
    end = len(unit.text.rstrip(". "))
    return Place(sign, start, end, values or {}) if start < end else Place(sign, 0, len(unit.text), values or {})


def _figures(units: list[Unit], text: Ideas) -> list[Figures]:
    """Return the figures that speak for a cause; which one it is where "several" GPUs gain nothing, the text says."""
    several = "dp-slower" if text.holds("dp") and not text.holds("ddp") else "ddp-no-speedup"
    return [replace(one, cause=several) if one.cause == SEVERAL else one for one in contrasts(units)]


def _alone(one: Figures, text: Ideas) -> str:
    """Return the sign that figures are without any words: most of them a hint, for what else differed is not told."""
    idea = PROVING.get(one.cause)
    return f"{one.cause} {'words' if idea is not None and text.any(idea) else 'hint'}"


def _codes(units: list[Unit], said: set[str]) -> list[tuple[Place, Unit]]:
    """Return the lines of pasted code that agree with a complaint."""
    return [
        (_place(f"{cause} code", unit), unit)
        for unit in units
        for cause, pattern in CODES
        if cause in said and pattern.search(unit.text)
    ]


def _few(found: list[tuple[Place, Unit]]) -> list[tuple[Place, Unit]]:
    times: dict[str, int] = {}
    kept = []
    for place, unit in found:
        times[place.sign] = times.get(place.sign, 0) + 1
        if times[place.sign] <= MOST_OF_ONE:
            kept.append((place, unit))
    return kept
