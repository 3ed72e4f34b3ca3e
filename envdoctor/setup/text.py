"""A plan and what became of it, for people."""

from __future__ import annotations

from collections.abc import Iterable

from envdoctor import __version__
from envdoctor.data_date import DATE
from envdoctor.facts import Unknown
from envdoctor.report.ascii import to_ascii
from envdoctor.report.clean import line
from envdoctor.report.language import spoken
from envdoctor.report.layout import padded, paragraph
from envdoctor.setup.build import Built
from envdoctor.setup.plan import Plan, gigabytes
from envdoctor.setup.steps import steps

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
LISTED = 12
"""Packages that are named; the lock lists all."""


class Page:
    """Collects lines of a given width; commands are never wrapped: they are there to be pasted."""

    def __init__(self, width: int, *, color: bool, unicode: bool) -> None:
        self._width, self._color, self._unicode = width, color, unicode
        self._lines: list[str] = []

    def text(self, text: str, first: str = "", others: str = "", *, bold: bool = False) -> None:
        """Add a paragraph."""
        wrapped = paragraph(self._plain(spoken(text)), self._width, first, others, whole=True)
        self._lines += [f"{BOLD}{one}{PLAIN}" if bold and self._color else one for one in wrapped]

    def heading(self, title: str) -> None:
        """Add a blank line and a title."""
        self._lines.append("")
        self.text(title, bold=True)

    def rows(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add lines of a label and a value."""
        for label, value in rows:
            self.text(value, f"  {padded(spoken(label), 12)}", " " * 14)

    def commands(self, commands: Iterable[str]) -> None:
        """Add commands as they are."""
        self._lines += [f"     {self._plain(one)}" for one in commands]

    def done(self) -> str:
        """Return the page."""
        return "\n".join([*self._lines, ""])

    def _plain(self, text: str) -> str:
        clean = line(text, 4_000)
        return clean if self._unicode else to_ascii(clean)


def render_plan(plan: Plan, *, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """Return the plan as text."""
    page = Page(width, color=color, unicode=unicode)
    page.text(f"envdoctor {__version__}, data {DATE}", bold=True)
    page.text("A plan: nothing has been done. --apply carries it out.")
    page.heading(_title(plan))
    page.rows(_rows(plan))
    page.heading("Steps")
    for number, step in enumerate(steps(plan), 1):
        page.text(step.what, f"{number}. ", "   ")
        page.commands(step.commands)
        page.text(f"Risk: {step.risk}", "   ", "   ")
    if plan.afterwards:
        page.heading("Left to you afterwards: what is built against the new torch")
        page.commands(plan.afterwards)
    if plan.because:
        page.heading("Why these versions")
        for reason in plan.because:
            page.text(reason, "- ", "  ")
    return page.done()


def render_built(plan: Plan, built: Built, *, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """Return what was made as text."""
    page = Page(width, color=color, unicode=unicode)
    state = "Built" if built.wrong is None else "Built, and not sound"
    page.text(f"{state}: {plan.folder}", bold=True)
    if built.wrong is not None:
        page.text(built.wrong[:1].upper() + built.wrong[1:] + ".")
    page.rows(_outcome(plan, built))
    page.heading("Use it")
    activate = f"{plan.folder}\\Scripts\\activate" if "Scripts" in plan.python else f". {plan.folder}/bin/activate"
    page.commands((activate, *plan.afterwards, f"envdoctor setup NEW_DIR --from {built.lock_file} --apply"))
    return page.done()


def _title(plan: Plan) -> str:
    if plan.from_lock:
        return f"{plan.folder}, exactly as locked"
    pins = plan.pins
    return f"{plan.folder} with PyTorch {pins.torch} ({pins.variant})" if pins else plan.folder


def _rows(plan: Plan) -> Iterable[tuple[str, str]]:
    yield "Python", f"{plan.base.version}, {plan.base.executable}"
    yield "installer", f"{plan.tool.name} ({plan.tool.because})"
    yield "index", f"as configured for {plan.tool.name}" + "".join(f", and {url}" for url in plan.index)
    if isinstance(plan.items, Unknown):
        yield "packages", f"{', '.join(plan.requirements)} and what they need: {plan.items.reason}"
    else:
        named = [f"{item.name} {item.version}" for item in plan.items]
        more = f" and {len(named) - LISTED} more" if len(named) > LISTED else ""
        yield "packages", ", ".join(named[:LISTED]) + more
    yield "download", _size(plan.download_bytes)
    room = f" ({gigabytes(plan.free_bytes)} free)" if plan.free_bytes is not None else ""
    yield "disk", ("about " if isinstance(plan.needed_bytes, int) else "") + _size(plan.needed_bytes) + room
    yield "lock", f"{plan.lock_file}{' (replaced)' if plan.replaces_lock else ''}"
    if plan.left_over:
        yield "left over", "what an interrupted setup left in this folder is removed first"


def _size(size: int | Unknown) -> str:
    return f"unknown: {size.reason}" if isinstance(size, Unknown) else gigabytes(size)


def _outcome(plan: Plan, built: Built) -> Iterable[tuple[str, str]]:
    yield "packages", f"{len(built.items)}"
    if built.report is not None:
        yield "check", f"{built.report.verdict}: {built.report.headline}"
    if built.smoke is not None:
        yield "smoke", f"{built.smoke.verdict}: {built.smoke.reason}"
    elif not plan.smoke:
        yield "smoke", "left out"
    yield "times", ", ".join(f"{name} {seconds:.3g} s" for name, seconds in built.seconds.items())
    if built.locked:
        yield "lock", built.lock_file
