"""What a series of experiments says of itself, in parts that Markdown and HTML lay out."""

from __future__ import annotations

import msgspec

from envdoctor.measurements import Explanation
from envdoctor.report.gfm import block, prose, table
from envdoctor.report.model import Report


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One part: bars, a table, sentences; what there is of them."""

    title: str
    bars: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    said: tuple[str, ...] = ()


def explained(report: Report) -> list[Shown]:
    """Return the parts; none where no series was explained."""
    explanation = report.facts.explanation
    if not isinstance(explanation, Explanation):
        return []
    from envdoctor.bench import crossover  # noqa: PLC0415  # only where something was measured
    from envdoctor.bench import explained_words as words  # noqa: PLC0415  # same

    found = [
        Shown(title=f"Where a step goes on {one.device}", bars=tuple(words.bars(one)), said=one.said)
        for one in explanation.attribution
    ]
    if explanation.crossover is not None:
        headers, rows = crossover.table(explanation.crossover)
        said = tuple(words.map_said(explanation.crossover))
        found.append(Shown(title=explanation.crossover.title, headers=headers, rows=tuple(rows), said=said))
    found += [
        Shown(title=f"What to change on {one.device}", said=tuple(words.advised(one))) for one in explanation.advice
    ]
    return found


def markdown(report: Report) -> str:
    """Return the parts as GitHub's Markdown; "" where there are none."""
    whys = [
        f"- {prose(str(one.get('name')), 60)} on {prose(str(one.get('device')), 40)}: {prose(str(one['why']), 600)}"
        for one in report.measurements[:100]
        if one.get("why")
    ]
    parts = [text for shown in explained(report) for text in _markdown(shown)]
    if whys:
        parts += ["### Why each came out as it did", "\n".join(whys)]
    return "\n\n".join(parts)


def _markdown(shown: Shown) -> list[str]:
    parts = [f"### {prose(shown.title, 200)}"]
    if shown.bars:
        parts.append(block("\n".join(shown.bars)))
    if shown.rows:
        parts.append(table(shown.headers, ([prose(cell, 60) for cell in row] for row in shown.rows)))
    if shown.said:
        parts.append("\n".join(f"- {prose(text, 600)}" for text in shown.said))
    return parts
