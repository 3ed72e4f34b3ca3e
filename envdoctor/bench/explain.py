"""Makes a series explain itself: attribution, map, advice, a sentence for each row, and what the checks find. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from envdoctor.bench.advice import advice
from envdoctor.bench.attribution import attribution
from envdoctor.bench.crossover import crossover
from envdoctor.bench.result import Result, Series
from envdoctor.bench.why import whys
from envdoctor.facts import Snapshot
from envdoctor.findings import Check, Finding, Severity
from envdoctor.judge import judge
from envdoctor.measurements import Explanation, Measured
from envdoctor.registry import load_checks
from envdoctor.report.model import Report, make_report
from envdoctor.rules.series import devices

FACTS = frozenset(("measurements", "explanation"))
"""What the checks of a series read."""


def explained(series: Series) -> Series:
    """Return the series with all that follows from its measurements."""
    made = measured(series.measurements)
    explanation = explanation_of(series.measurements, made)
    texts = whys(made, explanation.attribution)
    findings = judged(made, explanation)
    first = next((one for one in findings if one.severity is not Severity.NOTE), None)
    return msgspec.structs.replace(
        series,
        measurements=tuple(
            msgspec.structs.replace(one, why=texts.get((one.name, one.device), "")) for one in series.measurements
        ),
        explanation=explanation,
        findings=findings,
        primary=first.code if first is not None else None,
    )


def measured(results: Sequence[Result]) -> tuple[Measured, ...]:
    """Return the results as the checks see them: without raw samples."""
    lean = (msgspec.structs.replace(one, windows=()) for one in results)
    return tuple(msgspec.convert(msgspec.to_builtins(one), Measured) for one in lean)


def explanation_of(results: Sequence[Result], made: Sequence[Measured]) -> Explanation:
    """Return what the series says of itself."""
    every = devices(made)
    found = tuple(one for one in (attribution(results, made, device) for device in every) if one is not None)
    return Explanation(
        attribution=found,
        crossover=crossover(made, found),
        advice=tuple(one for one in (advice(results, made, device) for device in every) if one is not None),
    )


def judged(made: tuple[Measured, ...], explanation: Explanation) -> tuple[Finding, ...]:
    """Return what the checks find in measurements, the worst first."""
    found = judge(Snapshot(measurements=made, explanation=explanation), _checks()).findings
    return tuple(sorted(found, key=_place))


def _checks() -> dict[str, Check]:
    every = load_checks()
    return {code: every[code] for code in every if set(every[code].facts) <= FACTS}


def _place(finding: Finding) -> tuple[int, bool, bool, float, str]:
    """Sort by what is lost. A machine that others use comes first: its other figures are theirs as well."""
    rank = (finding.severity or Severity.NOTE).rank
    return rank, finding.because_of is not None, finding.cause != "cpu-busy", -_lost(finding), finding.code


def _lost(finding: Finding) -> float:
    """Return the share of time that the shown ratio or part of a step says is lost; 0 where none is shown."""
    ratios = [value for path, value in finding.evidence.items() if path.endswith("comparison.median") and value > 0]
    shares = [value for path, value in finding.evidence.items() if path.endswith("share.value")]
    return float(max([0.0, *shares, *(1 - min(ratio, 1 / ratio) for ratio in ratios)]))


def report_of(series: Series) -> Report:
    """Return an explained series as a report, for the formats that reports have."""
    made = measured(series.measurements)
    snapshot = Snapshot(measurements=made, explanation=series.explanation or Explanation())
    judgement = judge(snapshot, _checks())
    judgement = msgspec.structs.replace(judgement, findings=series.findings, primary=series.primary)
    report = make_report(
        snapshot,
        judgement,
        seconds=series.seconds,
        measurements=tuple(
            msgspec.to_builtins(msgspec.structs.replace(one, windows=())) for one in series.measurements
        ),
    )
    headline = report.headline if series.primary else f"{series.verdict}: {series.reason}"
    return msgspec.structs.replace(report, headline=headline, exit_code=series.exit_code)
