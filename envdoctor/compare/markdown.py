"""A comparison as GitHub's Markdown."""

from __future__ import annotations

from envdoctor.compare.sides import Compared, Side, by_level, equal, headline, name_of, told_by_one, value
from envdoctor.report.gfm import code, folded, prose, size, table
from envdoctor.report.language import spoken

LIMIT = 65_000
"""Characters that GitHub takes in a comment, less a little."""


def render(compared: Compared) -> str:
    """Return Markdown that fits into a comment; what matters least is left out first, and that is said."""
    parts = [
        f"## {prose(headline(compared))}",
        table(("", "File", "Looked at"), (_side("A", compared.a), _side("B", compared.b))),
    ]
    left = LIMIT - sum(size(part) for part in parts) - 2_000
    dropped = 0
    for title, ones in by_level(compared.comparison.differences):
        rows: list[tuple[str, str, str, str]] = []
        for one in ones:
            row = (code(name_of(one), 120), prose(value(one.a)), prose(value(one.b)), prose(one.reason))
            left -= sum(map(size, row)) + 16
            if left < 0:
                dropped += 1
            else:
                rows.append(row)
        if rows:
            parts += [f"### {spoken(title)}", table(("Fact", "A", "B", "Why it can matter"), rows)]
    if dropped:
        parts.append(prose(f"{dropped} more are left out here; `--format json` has all."))
    more = [spoken(f"Equal: {prose(equal(compared), 1_000)}.")]
    if compared.comparison.not_compared:
        more.append(spoken(f"Known on one side only: {prose(told_by_one(compared), 1_500)}."))
    parts.append(folded("What is equal, and what could not be compared", "\n\n".join(more)))
    return "\n\n".join(parts) + "\n"


def _side(letter: str, side: Side) -> tuple[str, str, str]:
    return letter, code(side.name, 120), prose(side.created or "not told")
