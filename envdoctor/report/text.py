"""What a person reads in a terminal: the machine at a glance, the one thing to mend, then the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envdoctor.facts import Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.report.ascii import to_ascii
from envdoctor.report.clean import printable, say, shorten
from envdoctor.report.language import spoken
from envdoctor.report.layout import Piece, Pieces, drawn, in_columns, padded, width_of, wrapped
from envdoctor.report.model import Report
from envdoctor.report.pythons import Line, interpreters
from envdoctor.report.summary import ABSENT, Row, rows

LONGEST = 10_000
"""Of one text, in characters: nobody reads more, and laying out millions takes minutes."""
MARKS = {"ok": "✓", "absent": "-", "note": "·", "warning": "!", "error": "✗", "unknown": "?"}
ASCII_MARKS = {"ok": "+", "absent": "-", "note": ".", "warning": "!", "error": "x", "unknown": "?"}
STYLES = {
    "ok": "green", "absent": "dim", "note": "cyan", "warning": "yellow", "error": "red", "unknown": "magenta",
    "broken": "bold red", "attention": "bold yellow", "healthy": "bold green",
}  # fmt: skip
LABELS = ("Sure?", "Why", "Proof", "Mend", "Verify")
"""What stands before the parts of a finding."""
VERDICT_MARKS = {"broken": "error", "attention": "warning", "healthy": "ok"}
RISKS = {
    "changes-environment": "changes this Python environment",
    "needs-root": "needs administrator rights",
    "reboot": "needs a reboot",
}


def render(
    report: Report,
    *,
    width: int = 80,
    color: bool = False,
    unicode: bool = True,
    verbose: bool = False,
    pythons: bool = False,
) -> str:
    """Return the report as text of a given width (commands are never wrapped: they are there to be pasted)."""
    page = _Page(width, color=color, unicode=unicode)
    page.line(f"envdoctor {report.tool.version}", f", data {report.tool.data}", f", {report.seconds:.1f} s")
    if isinstance(report.facts.observation, Unknown):
        page.table(rows(report))
    page.verdict(report)
    rest = list(report.findings)
    if report.primary_finding is not None:
        page.finding(rest.pop(0), report)
    shown = [f for f in rest if verbose or f.severity is not Severity.NOTE]
    if shown:
        page.heading("Also" if report.primary else "Found")
        for alike in _alike(shown):
            page.finding(alike[0], report, alike[1:], brief=not verbose)
    notes = [f for f in rest if f not in shown]
    if notes:
        page.heading("Worth knowing")
        page.notes(notes)
    if pythons and (found := interpreters(report)):
        page.heading("Pythons on this machine")
        page.pythons(found)
    page.ending(report, verbose=verbose)
    return page.text()


class _Page:
    """Collects the lines."""

    def __init__(self, width: int, *, color: bool, unicode: bool) -> None:
        self._unicode = unicode
        self._marks = MARKS if unicode else ASCII_MARKS
        self._lines: list[str] = []
        self._width = width
        self._color = color
        self._indent = 4 if width >= 60 else 2  # noqa: PLR2004
        self._labels = max(width_of(spoken(label)) for label in LABELS)

    def text(self) -> str:
        return "\n".join(self._lines).strip("\n") + "\n"

    def line(self, first: str, *rest: str) -> None:
        self._print(self._styled(first, "bold"), self._styled("".join(rest), "dim"))
        self._print()

    def table(self, machine: Iterable[Row]) -> None:
        found = list(machine)
        widest = max((width_of(spoken(row.label)) for row in found), default=0)
        for row in found:
            mark = self._styled(self._marks[row.status], STYLES[row.status])
            fixed = ((mark, 1), (self._styled(row.label, "bold"), widest))
            self._columns(fixed, (self._styled(row.text, "dim" if row.status == ABSENT else ""),))

    def verdict(self, report: Report) -> None:
        mark = self._marks[VERDICT_MARKS[report.verdict]]
        self._print()
        self._hanging(self._styled(mark, STYLES[report.verdict]), self._styled(self._verdict_text(report), "bold"))
        self._print()

    @staticmethod
    def _verdict_text(report: Report) -> str:
        if report.verdict == "healthy":
            return report.headline
        count = sum(f.severity in (Severity.ERROR, Severity.WARNING) for f in report.findings)
        found = f"{count} finding{'s' if count != 1 else ''}"
        if report.verdict == "broken":
            return f"Broken ({found}). This first:" if count > 1 else "Broken. The cause:"
        return f"It works, but needs attention ({found})."

    def heading(self, title: str) -> None:
        self._print(self._styled(title, "bold underline"))
        self._print()

    def finding(self, finding: Finding, report: Report, alike: Iterable[Finding] = (), *, brief: bool = False) -> None:
        for one in (finding, *alike):
            severity = (one.severity or Severity.NOTE).value
            what = (self._styled(one.what, "bold"), self._styled(f"  [{one.code}]", "dim"))
            self._hanging(self._styled(self._marks[severity], STYLES[severity]), *what)
        if finding.because_of:
            self._part("", f"Follows from {finding.because_of}; mend that first.")
        if finding.because_of and brief:
            self._print()
            return
        if finding.confidence != "proved":
            self._part("Sure?", "Likely, not proved.")
        self._part("Why", finding.why)
        if finding.code == report.primary and finding.evidence:
            self._part("Proof", "; ".join(f"{key} = {spoken(_short(value))}" for key, value in _telling(finding)))
        self._part("Mend", finding.fix.text)
        self._commands(finding.fix.commands)
        if finding.fix.risk.value in RISKS and finding.fix.commands:
            self._part("", f"({spoken(RISKS[finding.fix.risk.value])})")
        if finding.code == report.primary:
            self._command("Verify", finding.verify)
        self._print()

    def notes(self, notes: Iterable[Finding]) -> None:
        for note in notes:
            what = (self._styled(note.what), self._styled(f"  [{note.code}]", "dim"))
            self._hanging(self._styled(self._marks["note"], STYLES["note"]), *what)
        self._print()

    def pythons(self, found: Iterable[Line]) -> None:
        """Print the interpreters, each with what it has; its path is there to be pasted."""
        for one in found:
            named = self._pasted(one.executable)
            self._hanging(self._styled(self._marks[one.status], STYLES[one.status]), named)
            self._part("", ", ".join((one.python, one.torch, *([one.found_by] if one.found_by else []))))
        self._print()

    def ending(self, report: Report, *, verbose: bool) -> None:
        if verbose:
            self._details(report)
        shy = len(report.not_checked)
        hidden = f"{shy} check{'s' if shy != 1 else ''} could not tell (-v says why)." if shy and not verbose else ""
        more = f"envdoctor explain {report.findings[0].code} tells more." if report.findings else ""
        self._print(self._styled(f"{spoken(hidden)} {spoken(more)}".strip(), "dim"))

    def _details(self, report: Report) -> None:
        if report.not_checked:
            self.heading("Not checked")
            for item in report.not_checked:
                self._hanging(Piece("?"), self._styled(f"{item.code}: "), self._styled(item.reason))
            self._print()
        if not report.probes:  # a saved report of another tool
            return
        self.heading("Probes")
        for probe in report.probes:
            told = f"{probe.name} {spoken(probe.status)} in {probe.seconds:.3f} s"
            self._hanging(
                Piece(" "), self._styled(told), self._styled(f": {spoken(probe.reason)}" if probe.reason else "")
            )
        self._print()

    def _part(self, label: str, text: str) -> None:
        shown = self._styled(text)
        if self._indent == 2:  # noqa: PLR2004  # a narrow window: the label on the line itself
            self._columns((), (self._styled(f"{spoken(label)}: " if label else "", "bold"), shown), indent=2)
            return
        self._columns(((self._styled(label, "bold"), self._labels),), (shown,), indent=self._indent - 2)

    def _command(self, label: str, command: str) -> None:
        said = spoken(label)
        begin = f"{said}: " if self._indent == 2 else padded(said, self._labels + 1)  # noqa: PLR2004  # as in _part
        self._put((Piece(" " * 2), self._styled(begin, "bold"), self._pasted(command)))

    def _commands(self, commands: Iterable[str]) -> None:
        for command in commands:
            self._put((Piece(" " * (2 * self._indent + 1)), self._pasted(command)))

    def _hanging(self, mark: Piece, *text: Piece) -> None:
        self._columns(((mark, 1),), text)

    def _columns(self, fixed: Iterable[tuple[Piece, int]], last: Pieces, indent: int = 0) -> None:
        for line in in_columns(fixed, last, self._width, indent):
            self._put(line)

    def _print(self, *text: Piece) -> None:
        """Write a paragraph; without a text, an empty line."""
        for line in wrapped(text, self._width):
            self._put(line)

    def _put(self, line: Pieces) -> None:
        self._lines.append(drawn(line, color=self._color))

    def _styled(self, text: str, style: str = "") -> Piece:
        return Piece(self._plain(spoken(text)), style)

    def _pasted(self, command: str) -> Piece:
        """Return what is there to be pasted: no language changes it."""
        return Piece(self._plain(command), "cyan")

    def _plain(self, text: str) -> str:
        """Take out what could steer a terminal; a machine's strings are no commands to it."""
        clean = re.sub(r"\s", " ", printable(shorten(text, LONGEST)))
        return clean if self._unicode else to_ascii(clean)


def _alike(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Put neighbours together that differ in what they name alone: eight GPUs with one fault are mended once."""
    groups: list[list[Finding]] = []
    for finding in findings:
        last = groups[-1][0] if groups else None
        if last is not None and _cure(last) == _cure(finding):
            groups[-1].append(finding)
        else:
            groups.append([finding])
    return groups


def _cure(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.because_of, finding.confidence, finding.why, finding.fix


def _telling(finding: Finding) -> list[tuple[str, object]]:
    """Return the evidence without what is merely empty: an empty list proves nothing, unlike what is not there."""
    return [(key, value) for key, value in finding.evidence.items() if value not in ([], (), {}, "")]


def _short(value: object) -> str:
    text = " | ".join(map(say, value)) if isinstance(value, list | tuple) else say(value)
    return text if len(text) <= 160 else text[:157] + "…"  # noqa: PLR2004
