"""The answer to a pasted text, as Markdown that a maintainer can post: cause, evidence, cure, what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from envdoctor.facts import Gpu, Message, Python, Snapshot, Torch, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.report.clean import say
from envdoctor.report.gfm import code, commands, prose
from envdoctor.report.language import spoken
from envdoctor.report.model import Report

LONGEST = 700
"""Characters of a text that stands in the answer."""
COLLECT = "python -m torch.utils.collect_env"
SMI = "nvidia-smi"


def is_pasted(facts: Snapshot) -> bool:
    """Say whether facts come from a text: then its messages were looked for."""
    return not isinstance(facts.messages, Unknown)


def render(report: Report) -> str:
    """Return the answer. It never says that a machine is sound: a text shows a part of it."""
    primary = report.primary_finding
    parts = [_diagnosis(report, primary)] if primary else [_nothing(report)]
    told = primary or (_striking(report) if report.verdict == "attention" else None)
    others = [one for one in report.findings if one is not told and one.severity is not Severity.NOTE][:4]
    if others:
        parts.append(
            f"**{spoken('Also seen:')}**\n\n"
            + "\n".join(f"- {prose(one.what, LONGEST)} ({prose(one.code, 20)})" for one in others)
        )
    notes = [one for one in report.findings if one.severity is Severity.NOTE][:3]
    if notes and not primary:
        parts.append("\n".join(f"- {prose(one.what, LONGEST)}" for one in notes))
    missing = missing_facts(report.facts)
    if missing:
        parts.append(_request(missing, sure=primary is not None and primary.confidence == "proved"))
    read = f"Read from the text above by envdoctor {report.tool.version}; no machine was looked at."
    parts.append(f"<sub>{spoken(read)}</sub>")
    return "\n\n".join(parts) + "\n"


def missing_facts(facts: Snapshot) -> list[str]:
    """Return the names of what a diagnosis usually needs and the text does not say."""
    torch, python = facts.torch, facts.python
    known = {
        "the operating system": not isinstance(facts.host, Unknown),
        "the version of Python": isinstance(python, Python) and isinstance(python.version, str),
        "the version of PyTorch": torch is None or (isinstance(torch, Torch) and isinstance(torch.version, str)),
        "the CUDA that PyTorch was built for": torch is None or (isinstance(torch, Torch) and torch.build != "unknown"),
        "the GPU": isinstance(facts.gpus, tuple) or isinstance(facts.pci_gpus, tuple),
        "the version of the driver": not isinstance(facts.driver, Unknown) and not _unsaid(facts.driver, "version"),
        "the error message": bool(facts.messages),
    }
    return [name for name, is_known in known.items() if not is_known]


def _unsaid(fact: object, name: str) -> bool:
    return isinstance(getattr(fact, name, None), Unknown)


def _diagnosis(report: Report, finding: Finding) -> str:
    likely = "" if finding.confidence == "proved" else " " + spoken("This is likely, not proved.")
    parts = [f"**{prose(finding.what, LONGEST)}** {prose(finding.why, LONGEST)}{likely}"]
    shown = list(_evidence(report.facts, finding))
    if shown:
        parts.append(spoken("What shows it:") + "\n\n" + "\n".join(f"- {line}" for line in shown))
    cure = f"{prose(finding.fix.text, LONGEST)} {spoken(finding.fix.risk.warning)}"
    parts.append(f"**{spoken('How to mend it:')}** {cure}".rstrip())
    if finding.fix.commands:
        parts.append(commands(finding.fix.commands[:12], LONGEST))
    if finding.verify:
        parts += [spoken("Then this should pass:"), commands([finding.verify], LONGEST)]
    return "\n\n".join(parts)


def _nothing(report: Report) -> str:
    striking = _striking(report)
    if striking is not None and report.verdict == "attention":
        nothing = spoken("Nothing in this text proves a fault of the environment. The most striking:")
        return f"{nothing}\n\n{_diagnosis(report, striking)}"
    return spoken(
        "Nothing in this text shows a fault of the environment, as far as it says anything about it "
        f"({len(report.checked)} checks passed, {len(report.not_checked)} had too little to go by)."
    )


def _striking(report: Report) -> Finding | None:
    """Return the first finding where none is the primary: a complaint of a slow run, for one."""
    return report.findings[0] if report.findings else None


def _evidence(facts: Snapshot, finding: Finding) -> Iterator[str]:
    """Yield what shows a finding, with the place in the text that says it."""
    told = facts.told_by if isinstance(facts.told_by, dict) else {}
    messages = facts.messages if isinstance(facts.messages, tuple) else ()
    for path, value in list(finding.evidence.items())[:8]:
        message = _message(path, messages)
        if message is not None:
            yield f"{spoken(f'line {message.line}:')} {code(message.text, 300)}"
        else:
            by = told.get(path) or told.get(path.replace("metadata_version", "pip")) or _origin(path, facts, told)
            yield f"{code(path, 100)} {spoken('is')} {code(spoken(say(value)), 200)}" + (
                f" ({prose(by, 60)})" if by else ""
            )


def _message(path: str, messages: tuple[Message, ...]) -> Message | None:
    parts = path.split(".")
    if parts[0] != "messages" or not parts[1:2] or not parts[1].isdecimal():
        return None
    return messages[int(parts[1])] if int(parts[1]) < len(messages) else None


def _origin(path: str, facts: Snapshot, told: dict[str, str]) -> str | None:
    """Return who said what a fact was derived from: a capability comes from a card's name, a build from a version."""
    group, _, rest = path.partition(".")
    if group == "gpus" and isinstance(facts.gpus, tuple):
        place = rest.partition(".")[0]
        gpu: Gpu | None = facts.gpus[int(place)] if place.isdecimal() and int(place) < len(facts.gpus) else None
        return told.get(f"gpus.{gpu.index}.name") or told.get("card.words") if gpu is not None else None
    if group == "platform":
        return next((told[name] for name in (rest, f"{rest}.words", "platform") if name in told), None)
    if group in ("torch", "torchvision", "torchaudio"):
        return next(
            (told[name] for name in (f"{group}.version", f"{group}.pip", f"{group}.conda") if name in told), None
        )
    return None


def _request(missing: list[str], *, sure: bool) -> str:
    """Ask for what is missing, with the one command that tells it."""
    names = ", ".join(map(spoken, missing))
    only_driver = set(missing) <= {"the GPU", "the version of the driver"}
    without = SMI if only_driver else COLLECT
    why = "The text does not say" if sure else "To be sure, one would have to know"
    tells = f"This tells all of it; please post what it prints (without envdoctor: {code(without, 60)}):"
    return f"{spoken(why)}: {names}. {spoken(tells)}\n\n" + commands(["envdoctor check --format markdown"], 100)
