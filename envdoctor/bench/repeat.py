"""Compares two runs of the same experiments, which must agree within the spread that they state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from envdoctor.bench.gather import DIFFERENCE
from envdoctor.bench.result import GAIN, LOSS, UNSTABLE, Result

AGREE, DIFFER, UNSURE = "agree", "differ", "unsure"


class Range(msgspec.Struct, frozen=True):
    """The rounds of one run."""

    low: float
    median: float
    high: float

    def meets(self, other: Range) -> bool:
        """Say whether the rounds of two runs overlap, or their medians lie as near as what is called noise."""
        overlap = self.low <= other.high and other.low <= self.high
        return overlap or abs(self.median / other.median - 1) <= DIFFERENCE


class Repeated(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment in two runs."""

    name: str
    device: str
    answer: str
    """`agree`, `differ`, or `unsure` (one of the runs said itself that it is unstable, or lacks the experiment)."""
    reason: str
    speed: tuple[Range, Range] | None = None
    """Images per second."""
    ratio: tuple[Range, Range] | None = None
    """Times the reference."""


def repeated(first: Iterable[Result], second: Iterable[Result]) -> list[Repeated]:
    """Compare the experiments of two runs that have windows in either."""
    others = {(one.name, one.device): one for one in second}
    both = [(one, others.pop((one.name, one.device), None)) for one in first]
    alone = [(one, None) for one in others.values()]
    return [_compared(one, other) for one, other in [*both, *alone] if one.windows or (other and other.windows)]


def _compared(one: Result, other: Result | None) -> Repeated:
    if other is None or not one.windows or not other.windows:
        return Repeated(name=one.name, device=one.device, answer=UNSURE, reason="only one of the runs has it")
    speed = (_speed(one), _speed(other))
    ratio = None
    if one.comparison and other.comparison:
        ratio = (_ratio(one), _ratio(other))
    answer, reason = _judged(one, other, speed, ratio)
    return Repeated(name=one.name, device=one.device, answer=answer, reason=reason, speed=speed, ratio=ratio)


def _judged(
    one: Result, other: Result, speed: tuple[Range, Range], ratio: tuple[Range, Range] | None
) -> tuple[str, str]:
    said = {result.comparison.verdict for result in (one, other) if result.comparison}
    if UNSTABLE in said:
        return UNSURE, "a run says itself that its rounds disagree"
    if {GAIN, LOSS} <= said:
        return DIFFER, "one run says gain, the other loss"
    if ratio is not None:
        met = ratio[0].meets(ratio[1])
        return (AGREE, "the ratios' rounds meet") if met else (DIFFER, "the ratios' rounds lie apart")
    met = speed[0].meets(speed[1])
    return (AGREE, "the speeds' rounds meet") if met else (DIFFER, "the speeds' rounds lie apart")


def _speed(result: Result) -> Range:
    speeds = sorted(w.images / w.seconds for w in result.windows if w.side in {"this", "both"} and w.seconds > 0)
    return Range(speeds[0], result.images_per_second or speeds[len(speeds) // 2], speeds[-1])


def _ratio(result: Result) -> Range:
    if result.comparison is None:
        raise ValueError(f"{result.name} was compared with nothing")
    return Range(result.comparison.low, result.comparison.median, result.comparison.high)


def told(rows: Sequence[Repeated]) -> Iterator[str]:
    """Say in lines what was compared and what came out."""
    for row in rows:
        figures = [
            f"{name} {' and '.join(_text(one, form) for one in pair)}"
            for name, pair, form in (("x", row.ratio, ".3g"), ("images/s", row.speed, ",.0f"))
            if pair
        ]
        yield "; ".join([f"{row.answer:6}  {row.name} on {row.device}: {row.reason}", *figures])
    counts = {answer: sum(row.answer == answer for row in rows) for answer in (AGREE, DIFFER, UNSURE)}
    yield ", ".join(f"{count} {answer}" for answer, count in counts.items())


def _text(one: Range, form: str) -> str:
    return f"{one.median:{form}} ({one.low:{form}}-{one.high:{form}})"
