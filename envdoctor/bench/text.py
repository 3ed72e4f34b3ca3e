"""Lays a benchmark's outcome out for a terminal or a text file."""

from __future__ import annotations

import io

import rich.console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from envdoctor.bench.measurement import FAIL, PASS, SKIP, Measurement, Outcome, Part
from envdoctor.bench.words import Row, explanation, figures, title
from envdoctor.report.clean import line, printable
from envdoctor.report.language import spoken

STYLES = {PASS: "bold green", FAIL: "bold red"}
MARKS = {PASS: "✓", FAIL: "✗"}
ASCII_MARKS = {PASS: "+", FAIL: "x"}
NARROW = 60
"""Columns below which a label stands above its text instead of beside it."""


def render(outcome: Outcome, *, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """Return the outcome as text of a given width."""
    page = _Page(width, color=color, unicode=unicode)
    page.heading(f"envdoctor bench, preset {outcome.preset}, {outcome.seconds:.1f} s")
    for measurement in outcome.measurements:
        page.measurement(measurement)
    page.rows(list(explanation(outcome)))
    page.heading(f"{outcome.verdict}: {line(outcome.reason)}", outcome.verdict)
    return page.text()


def _told(part: Part) -> str:
    return f"not tried: {part.what}" if part.verdict == SKIP and not part.values else part.what


class _Page:
    """Collects what rich lays out."""

    def __init__(self, width: int, *, color: bool, unicode: bool) -> None:
        self._marks = MARKS if unicode else ASCII_MARKS
        self._narrow = width < NARROW
        self._sink = io.StringIO()
        self._console = rich.console.Console(
            file=self._sink,
            width=width,
            force_terminal=color,
            color_system="standard" if color else None,
            no_color=not color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )

    def text(self) -> str:
        lines = [line.rstrip() for line in self._sink.getvalue().split("\n")]
        return "\n".join(lines).strip("\n") + "\n"

    def heading(self, text: str, verdict: str = "") -> None:
        mark = f"{self._marks[verdict]} " if verdict in self._marks else ""
        self._console.print(Text(mark + spoken(text), style=STYLES.get(verdict, "bold")))
        self._console.print()

    def measurement(self, measurement: Measurement) -> None:
        mark = self._marks[measurement.verdict]
        self._console.print(Text(f"{mark} {spoken(line(title(measurement)))}", style=STYLES[measurement.verdict]))
        rows = figures(measurement)
        if not measurement.proofs or measurement.failure:
            rows.insert(0, ("reason", measurement.reason))
        self.rows(rows)
        if measurement.failure and measurement.failure.last_lines:
            for text in measurement.failure.last_lines:
                self._console.print(Padding(Text(printable(text), overflow="fold", style="dim"), (0, 0, 0, 4)))
            self._console.print()
        if measurement.proofs:
            self._console.print(Text("  " + spoken("PASS rests on:")))
            self.rows([(self._marks[PASS if p.holds else FAIL], f"{p.name}: {p.what}") for p in measurement.proofs])
        if measurement.parts:
            self._console.print(Text("  " + spoken("Tried as well:")))
            self.rows([(self._marks.get(p.verdict, "-"), f"{p.name}: {_told(p)}") for p in measurement.parts])

    def rows(self, rows: list[Row]) -> None:
        rows = [(spoken(label), spoken(line(text))) for label, text in rows]
        if self._narrow:
            for label, text in rows:
                between = ": " if len(label) > 1 else " "
                whole = f"{label}{between}{text}" if label else text
                self._console.print(Padding(Text(whole, overflow="fold"), (0, 0, 0, 2)))
        else:
            grid = Table.grid(padding=(0, 1))
            grid.add_column(no_wrap=True)
            grid.add_column(overflow="fold")
            for label, text in rows:
                grid.add_row(Text(label, style="dim"), Text(text))
            self._console.print(Padding(grid, (0, 0, 0, 2)))
        self._console.print()
