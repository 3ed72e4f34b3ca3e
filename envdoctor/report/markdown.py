"""The report as Markdown: what a person posts in an issue on GitHub.

It never has more characters than GitHub takes. What is least useful is left out first, and the report
says what was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import msgspec

from envdoctor.facts import Unknown, to_builtins
from envdoctor.findings import Finding
from envdoctor.report import collect_env, explained
from envdoctor.report.answer import is_pasted
from envdoctor.report.answer import render as answer
from envdoctor.report.clean import say
from envdoctor.report.gfm import bar, block, code, commands, folded, prose, size, table
from envdoctor.report.json import plain
from envdoctor.report.language import spoken
from envdoctor.report.measured import columns, measured
from envdoctor.report.model import Report
from envdoctor.report.pythons import interpreters
from envdoctor.report.summary import rows

LIMIT = 65_536
"""Characters in a comment on GitHub."""
RESERVE = 900
"""For the lines that say what was left out."""
MARKS = {"ok": "✅", "absent": "\N{HEAVY MINUS SIGN}", "note": "🔹", "warning": "⚠️", "error": "❌", "unknown": "❔"}
VERDICTS = {"broken": "❌ Broken", "attention": "⚠️ Needs attention", "healthy": "✅ Healthy"}
SEVERITIES = {"error": "❌ Error", "warning": "⚠️ Warning", "note": "🔹 Note"}
RELEVANT = ("torch", "nvidia", "numpy", "triton", "cuda", "cudnn", "jax", "tensorflow", "pillow", "pip")
"""What the names of packages that matter here begin with."""

Writer = Callable[[Report, int], str]
"""Writes a part in at most so many characters; "" if there is nothing to say or too little room."""


class Part(msgspec.Struct, frozen=True):
    """A part of the report."""

    title: str
    usefulness: int
    """The most useful part gets room first."""
    write: Writer


def render(report: Report, *, limit: int = LIMIT) -> str:
    """Return the report as GitHub's Markdown, of at most `limit` characters (and not under 20,000).

    To a pasted text it is an answer, short enough to be posted below it.
    """
    if is_pasted(report.facts):
        return answer(report)
    head = _head(report, limit // 2)
    left = limit - RESERVE - size(head)
    written: dict[str, str] = {}
    for part in sorted(PARTS, key=lambda part: -part.usefulness):
        text = part.write(report, left)
        written[part.title] = text
        left -= size(text) + 2
    dropped = [part.title for part in PARTS if not written[part.title] and part.write(report, 1 << 30)]
    foot = _foot(report, dropped)
    return "\n\n".join([head, *(written[part.title] for part in PARTS if written[part.title]), foot]) + "\n"


def _head(report: Report, room: int) -> str:
    """Write the verdict and the primary finding, in ever shorter texts until they fit: they are never left out."""
    text = ""
    for length in (2_500, 800, 200, 60):
        text = f"## {spoken(VERDICTS[report.verdict])}: {prose(report.headline, length)}"
        if report.primary_finding is not None:
            text += "\n\n" + _finding(report.primary_finding, headline=report.headline, length=length)
        if size(text) <= room:
            break
    return text


def _finding(finding: Finding, *, headline: str = "", length: int = 2_500) -> str:
    """Write a finding in full, its texts shortened to a length. What the headline says is not said again."""
    severity = finding.severity.value if finding.severity else "note"
    doubt = "" if finding.confidence == "proved" else f" ({prose(finding.confidence, 40)})"
    parts = [f"**{spoken(SEVERITIES[severity])} {prose(finding.code, 20)}** {code(finding.name, 60)}{doubt}"]
    parts += [prose(text, length) for text in (finding.what, finding.why) if text and text != headline]
    if finding.because_of:
        parts.append(prose(f"This follows from {finding.because_of}.", 60))
    if finding.evidence:
        shown = [
            (code(path, 100), code(spoken(say(value)), length // 5))
            for path, value in list(finding.evidence.items())[:20]
        ]
        parts.append(table(("Evidence", "Value"), shown))
    parts.append(f"**{spoken('How to mend it:')}** {prose(finding.fix.text, length)}{_risk(finding)}")
    if finding.fix.commands:
        parts.append(commands(finding.fix.commands[:20], length))
    if finding.verify:
        parts += [f"**{spoken('To verify:')}**", commands([finding.verify], length)]
    return "\n\n".join(parts)


def _risk(finding: Finding) -> str:
    return "" if finding.fix.risk.value == "safe" else f" *({spoken(finding.fix.risk.value.replace('-', ' '))})*"


def _machine(report: Report, room: int) -> str:
    cells = [(f"{MARKS.get(row.status, '')} {spoken(row.label)}", prose(row.text, 700)) for row in rows(report)]
    return _fitting(f"### {spoken('The machine')}\n\n" + table(("Part", "Seen"), cells), room) if cells else ""


def _others(report: Report, room: int) -> str:
    """Write the other findings, as many as there is room for; notes in a line each."""
    others = report.findings[1:] if report.primary is not None else report.findings
    if not others:
        return ""
    text = f"### {spoken('Other findings' if report.primary is not None else 'Findings')}"
    for index, finding in enumerate(others):
        full = finding.severity is not None and finding.severity.value != "note"
        more = _finding(finding) if full else f"- **{finding.code}** {prose(finding.what)} {prose(finding.fix.text)}"
        if size(text) + size(more) > room - 80:
            left = len(others) - index
            return _fitting(f"{text}\n\n{_more(left)}", room) if index else ""
        text += f"\n\n{more}"
    return text


def _more(left: int) -> str:
    return prose(f"{left} more {'is' if left == 1 else 'are'} in the JSON report.")


def _explained(report: Report, room: int) -> str:
    return _fitting(explained.markdown(report), room)


def _measurements(report: Report, room: int) -> str:
    made = measured(report)
    if not made:
        return ""
    headers, texts = columns(made[:100])
    parts = [
        f"### {spoken('Measurements')}",
        table(headers, ([prose(cell, 200) for cell in row] for row in texts)),
    ]
    if any(one.synthetic for one in made):
        parts.append(
            spoken(
                "The images are **synthetic**: the accuracy shows that learning works and compares with nothing else."
            )
        )
    fastest = max((one.images_per_second or 0 for one in made), default=0)
    if fastest:
        bars = "\n".join(
            f"{one.device[:30]:30} {bar(one.images_per_second / fastest)} {one.images_per_second:,.0f} images/s"
            for one in made[:100]
            if one.images_per_second
        )
        parts.append(block(bars))
    parts += [f"- {prose(one.device, 100)}: {prose(one.reason, 600)}" for one in made[:100] if one.reason]
    tried = [f"- {prose(verdict)}: {prose(what, 500)}" for one in made[:100] for verdict, what in one.parts]
    parts += ["\n".join(tried)] if tried else []
    return _fitting("\n\n".join(parts), room)


def _pins(report: Report, room: int) -> str:
    if not report.pins:
        return ""
    pins = {key: value for key, value in report.pins.items() if key not in ("install", "because", "rejected") and value}
    parts = [
        f"### {spoken('Versions that fit this machine')}",
        table(("Part", "Version"), ((code(k, 60), code(say(v), 200)) for k, v in pins.items())),
    ]
    install, because = report.pins.get("install"), report.pins.get("because")
    if isinstance(install, list | tuple) and install:
        parts.append(commands([str(command) for command in install][:20]))
    if isinstance(because, list | tuple):
        parts.append("\n".join(f"- {prose(str(reason), 400)}" for reason in because[:20]))
    return _fitting("\n\n".join(parts), room)


def _not_checked(report: Report, room: int) -> str:
    if not report.not_checked:
        return ""
    body = table(("Check", "Why not"), ((prose(n.code), prose(n.reason, 400)) for n in report.not_checked))
    return _fitting(folded(f"Not checked ({len(report.not_checked)})", body), room)


def _environment(report: Report, room: int) -> str:
    variables = report.facts.environment
    if isinstance(variables, Unknown) or not variables:
        return ""
    body = table(("Variable", "Value"), ((code(name, 100), code(value, 600)) for name, value in variables.items()))
    return _fitting(folded(f"Environment variables ({len(variables)})", body), room)


def _packages(report: Report, room: int) -> str:
    """List the packages; those that matter first and alone where there is no room for all."""
    packages = report.facts.packages
    if isinstance(packages, Unknown) or not packages:
        return ""
    everything = sorted(packages)
    relevant = [name for name in everything if name.startswith(RELEVANT)]
    for names in (everything, relevant):
        shown = "" if len(names) == len(everything) else f", {len(names)} of them shown"
        lines = "\n".join(f"{name[:200]}=={packages[name][:100]}" for name in names)
        text = folded(f"Packages ({len(everything)}{shown})", block(lines))
        if names and size(text) <= room:
            return text
    return ""


def _pythons(report: Report, room: int) -> str:
    found = interpreters(report)
    if not found:
        return ""
    cells = ((code(one.executable, 200), *map(prose, (one.python, one.torch, one.found_by))) for one in found)
    body = table(("Interpreter", "Python", "PyTorch", "Found by"), cells)
    return _fitting(folded(f"Pythons on this machine ({len(found)})", body), room)


def _collect_env(report: Report, room: int) -> str:
    text = collect_env.written(report)
    return (
        _fitting(folded("The same as `python -m torch.utils.collect_env` says it", block(text)), room) if text else ""
    )


def _probes(report: Report, room: int) -> str:
    if not report.probes:
        return ""
    cells = (
        (prose(p.name, 100), prose(p.status), f"{p.seconds:.3f} s", prose(p.reason or "", 300)) for p in report.probes
    )
    return _fitting(folded("Probes", table(("Probe", "Answer", "Time", "Reason"), cells)), room)


def _facts(report: Report, room: int) -> str:
    """Write the facts as JSON, group by group as far as there is room; packages are listed elsewhere."""
    shown, left_out, room = {}, [], room - 300
    for name, value in _groups(report):
        length = size(json.dumps({name: value}, indent=1, ensure_ascii=False)) + 10
        if length <= room:
            shown[name], room = value, room - length
        else:
            left_out.append(name)
    if not shown:
        return ""
    title = f"Raw facts (without {', '.join(left_out)})" if left_out else "Raw facts"
    return folded(title, block(json.dumps(shown, indent=1, ensure_ascii=False), "json"))


def _groups(report: Report) -> Iterator[tuple[str, object]]:
    for name, value in plain(to_builtins(report.facts)).items():
        if name not in ("packages", "environment") and value != {"unknown": "not asked"}:
            yield name, value


def _foot(report: Report, dropped: list[str]) -> str:
    lines = []
    if dropped:
        named = ", ".join(map(spoken, dropped))
        lines.append(spoken(f"Left out to stay within {LIMIT:,} characters: {named}. The JSON report has it all."))
    if report.removed:
        kinds = list(report.removed.items())[:12]
        removed = ", ".join(f"{prose(kind, 20)} ({number})" for kind, number in kinds)
        lines.append(spoken(f"Removed for privacy: {removed}."))
    tool = f"{report.tool.name} {report.tool.version}, data of {report.tool.data}"
    lines.append(f"<sub>{prose(f'{tool}, {report.created}', 100)}, {report.seconds:.3g} s</sub>")
    return "\n\n".join(lines)


def _fitting(text: str, room: int) -> str:
    return text if size(text) <= room else ""


PARTS = (
    Part("the machine", 100, _machine),
    Part("other findings", 90, _others),
    Part("what the benchmark says of itself", 85, _explained),
    Part("measurements", 80, _measurements),
    Part("versions that fit", 75, _pins),
    Part("packages", 40, _packages),
    Part("environment variables", 60, _environment),
    Part("other Pythons", 65, _pythons),
    Part("collect_env", 30, _collect_env),
    Part("probes", 20, _probes),
    Part("not checked", 70, _not_checked),
    Part("raw facts", 10, _facts),
)
"""In the order of the page."""
