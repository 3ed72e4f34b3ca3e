"""A comparison for people, in a terminal."""

from __future__ import annotations

from envdoctor.compare.sides import Compared, Side, by_level, equal, headline, name_of, told_by_one, value
from envdoctor.report.ascii import to_ascii
from envdoctor.report.clean import line
from envdoctor.report.language import spoken
from envdoctor.report.layout import paragraph

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def render(
    compared: Compared, *, width: int = 80, color: bool = False, unicode: bool = True, everything: bool = False
) -> str:
    """Return text of a given width.

    Args:
        compared: the comparison.
        width: in columns.
        color: bold titles.
        unicode: characters outside of ASCII may be used.
        everything: also list what does not count, and why each fact could not be compared.
    """
    lines: list[str] = []

    def say(text: str, first: str = "", others: str = "", *, bold: bool = False) -> None:
        said = line(spoken(text))
        wrapped = paragraph(said if unicode else to_ascii(said), width, first, others)
        lines.extend(f"{BOLD}{one}{PLAIN}" if bold and color else one for one in wrapped or [first])

    say(f"A  {_side(compared.a)}", others="   ")
    say(f"B  {_side(compared.b)}", others="   ")
    lines.append("")
    say(headline(compared), bold=True)
    for title, ones in by_level(compared.comparison.differences):
        lines.append("")
        say(title, bold=True)
        for one in ones:
            say(name_of(one), "- ", "  ")
            say(value(one.a), "    A  ", "       ")
            say(value(one.b), "    B  ", "       ")
            say(one.reason, "    ", "    ")
    lines.append("")
    say(f"Equal: {equal(compared)}.")
    if compared.comparison.not_compared:
        say(f"Not compared, known on one side only: {told_by_one(compared)}.")
    if compared.comparison.ignored and not everything:
        say(f"Not counted: {len(compared.comparison.ignored)} that change by themselves or are said elsewhere (--all).")
    if everything:
        for one in compared.comparison.ignored:
            say(f"{name_of(one)}: A {value(one.a)}; B {value(one.b)} ({one.reason})", "- ", "  ")
        for left in compared.comparison.not_compared:
            say(f"{left.path}: {'A' if left.a else 'B'} could not tell: {left.a or left.b}", "? ", "  ")
    return "\n".join([*lines, ""])


def _side(side: Side) -> str:
    return f"{side.name}, of {side.created}" if side.created else side.name
