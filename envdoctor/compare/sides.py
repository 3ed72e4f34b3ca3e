"""A comparison with what its two sides are called: what the formats are rendered from."""

from __future__ import annotations

import msgspec

from envdoctor.compare.differences import Comparison, Difference
from envdoctor.compare.weights import DECIDES, MATTERS
from envdoctor.report.clean import say, shorten

LEVELS = ((DECIDES, "Other code runs, or it works on one side only"), (MATTERS, "Results or speed can change"))
SELDOM = "Seldom matters"
LONGEST = 300
"""Characters of a value in text and Markdown; JSON has all."""


class Side(msgspec.Struct, frozen=True):
    """One of the two."""

    name: str
    """The file's name."""
    created: str | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two machines, compared."""

    a: Side
    b: Side
    comparison: Comparison


def headline(compared: Compared) -> str:
    """Say the result in a sentence."""
    found = compared.comparison.differences
    if not found:
        return "Nothing that can matter differs."
    weighty = sum(one.weight >= MATTERS for one in found)
    rest = len(found) - weighty
    parts = [
        f"{weighty} can matter to results or speed" if weighty else "",
        f"{rest} seldom matter{'s' if rest == 1 else ''}" if rest else "",
    ]
    count = f"{len(found)} difference{'s' if len(found) > 1 else ''}"
    return f"{count}: {', '.join(part for part in parts if part)}."


def by_level(found: tuple[Difference, ...]) -> list[tuple[str, list[Difference]]]:
    """Return the differences under the titles of their levels, without empty ones."""
    levels: dict[str, list[Difference]] = {title: [] for title in (*(title for _, title in LEVELS), SELDOM)}
    for one in found:
        levels[next((title for weight, title in LEVELS if one.weight >= weight), SELDOM)].append(one)
    return [(title, ones) for title, ones in levels.items() if ones]


def name_of(one: Difference) -> str:
    """Return the fact's path, with how many of a kind differ alike."""
    return f"{one.path} ({one.count} alike)" if one.count > 1 else one.path


def value(told: object) -> str:
    """Say a value in words, shortened."""
    return shorten(say(told), LONGEST)


def equal(compared: Compared) -> str:
    """Say what is the same on both sides, folded: "torch 8, cpu 5"."""
    counts = compared.comparison.equal
    return ", ".join(f"{group} {count}" for group, count in counts.items()) or "nothing"


def told_by_one(compared: Compared) -> str:
    """Say which facts one side alone could tell, folded to groups where many of one are missing."""
    paths = [one.path for one in compared.comparison.not_compared]
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(path.partition(".")[0], []).append(path)
    return ", ".join(
        ", ".join(found) if len(found) <= 2 else f"{group} ({len(found)} facts)"  # noqa: PLR2004  # two are named
        for group, found in groups.items()
    )
