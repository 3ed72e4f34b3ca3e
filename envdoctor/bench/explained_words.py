"""What a series says of itself, as sections of lines for any format: findings, steps, map, advice, reasons. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from envdoctor.bench.attribution_words import percent, seconds
from envdoctor.bench.crossover import table
from envdoctor.findings import Finding
from envdoctor.measurements import Advice, Attribution, Crossover, Explanation, Spread
from envdoctor.rules.series import digits

BAR = 30
Section = tuple[str, list[str]]
"""A title and its lines."""


def sections(explanation: Explanation | None) -> Iterator[Section]:
    """Yield what was explained; nothing where nothing was."""
    if explanation is None:
        return
    for one in explanation.attribution:
        yield f"Where a step of the textbook's recipe goes on {one.device}", [*bars(one), *one.said]
    if explanation.crossover is not None:
        yield explanation.crossover.title, [*laid_out(explanation.crossover), *map_said(explanation.crossover)]
    for advice in explanation.advice:
        yield f"What to change on {advice.device}, by what was measured", advised(advice)


def bars(one: Attribution) -> list[str]:
    """Return a bar for each part of a step, with its seconds and share."""
    width = max((len(part.name) for part in one.parts), default=0)
    return [
        f"{part.name:{width}} {'#' * round(BAR * min(1.0, max(0.0, part.share.value))):{BAR}} "
        f"{seconds(part.seconds):>8} {percent(part.share)}"
        for part in one.parts
    ]


def laid_out(found: Crossover) -> list[str]:
    """Return the map as lines of equal columns; the fastest of a row has an asterisk."""
    headers, rows = table(found)
    widths = [max(len(row[at]) for row in (headers, *rows)) for at in range(len(headers))]
    return ["  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)) for row in (headers, *rows)]


def map_said(found: Crossover) -> list[str]:
    """Return on which side the textbook's net lies, and which side is missing."""
    missing = [f"The GPU's side of the map is missing: {found.not_measured}."] if found.not_measured else []
    return [*found.said, *missing]


def advised(one: Advice) -> list[str]:
    """Return the changes, the forecast beside the outcome, and what is no advice."""
    lines = [
        f"{at}. {change.changes}: {times(change.ratio)} as fast alone ({change.experiment})"
        for at, change in enumerate(one.chosen, 1)
    ]
    if len(one.chosen) > 1:
        lines.append(
            f"Together: {times(one.forecast)} as fast is forecast, part by part of a step (the ratios multiplied would "
            f"say {digits(one.product)})."
        )
        lines.append(outcome(one))
    return [*lines, *(f"Not advised: {text}." for text in one.rejected), *(f"Note: {text}." for text in one.remarks)]


def outcome(one: Advice) -> str:
    """Return what the changes brought together, against the forecast."""
    if one.outcome is None or one.error is None:
        return "Applied together they were not measured."
    way = "too high" if one.error > 0 else "too low"
    return f"Applied together and measured: {times(one.outcome)} as fast; the forecast was {abs(one.error):.0%} {way}."


def times(spread: Spread) -> str:
    """Return "1.42 times (1.38 to 1.45)"."""
    return f"{digits(spread.value)} times ({digits(spread.low)} to {digits(spread.high)})"


def found(findings: Sequence[Finding]) -> list[str]:
    """Return the findings, each with its code, severity and cure."""
    return [
        f"{one.code} {one.severity.value if one.severity else 'note'}: {one.what} {one.fix.text}" for one in findings
    ]
