"""Times and rates that a text sets against each other: "0.9 s on the CPU, 4 s on the GPU", `epoch_1gpu: 49`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from envdoctor.intake.complaints.units import Unit


class Axis(msgspec.Struct, frozen=True):
    """Two ways to run the same thing, of which the second should be faster."""

    cause: str
    """What it speaks for."""
    plain: re.Pattern[str]
    better: re.Pattern[str]
    low: float
    high: float
    """Time of the plain way by time of the better one: from `low` to `high` it speaks for the cause."""


class Figures(msgspec.Struct, frozen=True):
    """Two figures that speak for a cause, and where they stand."""

    unit: Unit
    cause: str
    values: dict[str, str]


class _Amount(msgspec.Struct, frozen=True):
    name: str
    """What stands before it, in a list of names and values; "" in a sentence."""
    start: int
    end: int
    text: str
    seconds: float
    """What one takes; of a rate its inverse."""
    rate: bool


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


NOTHING_GAINED = (0.0, 1.25)
"""Two GPUs that are less than a quarter faster than one."""
SLOWER = (0.0, 0.98)
COLD = (5.0, 1e9)
"""The first call takes as many times as long as those that follow."""
SHARE = (0.4, 1.05)
"""Loading takes this part of a step."""
ONE = _pattern(r"\b(?:one|1|single|only one)[- ]?x? ?(?:\w+[- ])?(?:gpus?|cards?|process)\b")
MANY = _pattern(r"\b(?:[2-9]|two|three|four|eight|both|multi|all)[- ]?x? ?(?:\w+[- ])?(?:gpus?|cards?)\b")
CPU, GPU = _pattern(r"\bcpu\b|\bnumpy\b"), _pattern(r"\bgpu\b|\bcuda\b|\.cuda\(\)")
FULL = _pattern(r"\bfp32\b|\bfloat32\b|full[- ]precision|without (?:amp|autocast)|\bamp off\b")
HALF = _pattern(r"\bamp\b|autocast|mixed[- ]precision|\bfp16\b|\bfloat16\b|\bhalf\b|\bbf16\b")
FIRST = _pattern(r"\bfirst\b|\b1st\b|warm[- ]?up|\bcold\b")
LATER = _pattern(
    r"\b(?:following|subsequent|later|second|rest|remaining|others?|next|after that|then|avg|average|fastest)\b"
)
LOADING = _pattern(r"\bload(?:ing)?\b|\bdata\b|\bfetch(?:ing)?\b|\breading\b")
STEP = _pattern(r"\bstep\b|\biter(?:ation)?\b|\bbatch time\b|\btotal\b|\bforward\b")
AXES = (
    Axis("gpu-slower-small-model", CPU, GPU, *SLOWER),
    Axis("dp-slower", ONE, _pattern(r"data[ _-]?parallel|\bdp ?\d?\b"), *NOTHING_GAINED),
    Axis("ddp-no-speedup", ONE, _pattern(r"\bddp ?\d?\b|distributed|torchrun"), *NOTHING_GAINED),
    Axis("several", ONE, MANY, *NOTHING_GAINED),
    Axis("amp-slower-or-nan", FULL, HALF, *SLOWER),
    Axis("cold-start-compile", FIRST, LATER, *COLD),
    Axis("loader-bound", LOADING, STEP, *SHARE),
)  # fmt: skip
SEVERAL = "several"
"""More GPUs, by whatever means: the text says whether it is DataParallel."""
UNIT = (
    r"(?:(?:ms|msec|milliseconds?|s|secs?|seconds?|min|mins|minutes?|h|hrs?|hours?|us|µs)(?:/(?:it|iter|step|batch|epoch))?"
    r"|(?:it|iter|iters|steps?|samples?|imgs?|images?|frames|tokens?|batch(?:es)?)(?:/s(?:ec)?| per second)|fps)"
)
AMOUNT = re.compile(
    r"(?<![\w.])(?P<number>\d{1,6}(?:\.\d{1,6})?)(?::(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?)? ?"
    rf"(?P<unit>{UNIT})?(?![\w.]*\w)",
    re.IGNORECASE,
)
NAMED = re.compile(
    r"[-*\s]*(?P<name>[A-Za-z][\w ./-]{1,40}?)\s*[:=]\s*~?(?P<number>\d{1,6}(?:\.\d{1,6})?) ?"
    rf"(?P<unit>{UNIT})?\s*$",
    re.IGNORECASE,
)
"""A line of a list of names and values."""
RATES = re.compile(
    r"\b(?:it|its|samples?|imgs?|images?|steps?|tokens?|req|frames) s\b|\bfps\b|\bthroughput\b|\bspeed\b|\bper second\b"
)
TIMES = re.compile(r"\b(?:time|epoch|step|latency|duration|s|ms|min|hours?|seconds?|minutes)\b")
NO_TIMES = re.compile(
    r"\b(?:mem|memory|mib|gib|mb|gb|util|batch size|num|cores|cpus|epochs|steps|size|loss|acc|temp)\b"
)
SECONDS = {"u": 1e-6, "µ": 1e-6, "ms": 1e-3, "mil": 1e-3, "s": 1, "mi": 60, "h": 3600}
NEAR = 90
"""Characters between an amount and what it is of."""
MOST, MOST_SENTENCES = 40, 100
"""Named values, and sentences with a figure, that are compared."""


def contrasts(units: list[Unit]) -> Iterator[Figures]:
    """Yield the figures that stand against each other, where what should be faster is not."""
    yield from _in_lists(units)
    sentences = [(at, unit) for at, unit in enumerate(units) if not unit.code and AMOUNT.search(unit.text)]
    for at, unit in sentences[:MOST_SENTENCES]:
        after = units[at + 1].text if at + 1 < len(units) else ""
        for text in (unit.text, f"{unit.text} {after}"):
            amounts = _amounts(text)
            if len(amounts) < 2 or amounts[0].start >= len(unit.text):  # noqa: PLR2004  # a pair
                continue
            spoken = [found for axis in AXES if (found := _judged(unit, axis, _pair(text, amounts, axis)))]
            yield from spoken
            if spoken:
                break


def _in_lists(units: list[Unit]) -> Iterator[Figures]:
    """Compare the values of a list: `step_time_fp32: 5.5`, `step_time_amp: 9.5`."""
    named = [(unit, amount) for unit in units if (amount := _named(unit.text))][:MOST]
    for axis in AXES:
        plains = [(unit, one) for unit, one in named if _is(one.name, axis.plain, axis.better)]
        betters = [one for _, one in named if _is(one.name, axis.better, axis.plain)]
        for unit, plain in plains:
            yield from (found for one in betters if (found := _judged(unit, axis, (plain, one))))


def _is(name: str, side: re.Pattern[str], other: re.Pattern[str]) -> bool:
    return side.search(name) is not None and other.search(name) is None


def _judged(unit: Unit, axis: Axis, pair: tuple[_Amount, _Amount] | None) -> Figures | None:
    if pair is None:
        return None
    plain, better = pair
    if plain.rate != better.rate or not plain.seconds or not better.seconds:
        return None
    if not axis.low <= plain.seconds / better.seconds < axis.high:
        return None
    return Figures(unit, axis.cause, {"plain": plain.text, "better": better.text})


def _amounts(text: str) -> list[_Amount]:
    return [found for match in AMOUNT.finditer(text) if (found := _amount(match, "", rate=False))]


def _named(text: str) -> _Amount | None:
    match = NAMED.match(text)
    if match is None:
        return None
    name = " ".join(re.sub(r"(\d)([A-Za-z]{3})", r"\1 \2", match["name"].replace("_", " ")).lower().split())
    if match["unit"] or (not NO_TIMES.search(name) and (RATES.search(name) or TIMES.search(name))):
        return _amount(match, name, rate=RATES.search(name) is not None)
    return None


def _amount(match: re.Match[str], name: str, *, rate: bool) -> _Amount | None:
    unit, number = (match["unit"] or "").lower(), float(match["number"])
    clock = match.groupdict()
    if clock.get("minutes"):
        parts = [number, *(float(clock[name]) for name in ("minutes", "seconds") if clock[name])]
        number, unit = sum(part * 60**power for power, part in enumerate(reversed(parts))), "s"
    rate = rate or "/s" in unit or "per second" in unit or unit == "fps"
    if not unit and not name:
        return None
    scale = 1.0 if rate or not unit else next(scale for begin, scale in SECONDS.items() if unit.startswith(begin))
    text = f"{name}: {match['number']} {match['unit'] or ''}".strip() if name else match[0].strip()
    seconds = number * scale if not rate else (1 / number if number else 0.0)
    return _Amount(name, match.start(), match.end(), text, seconds, rate)


def _pair(text: str, amounts: list[_Amount], axis: Axis) -> tuple[_Amount, _Amount] | None:
    """Return the amounts that belong to the two sides of an axis: each to the name before it, or else behind it."""
    sides_of = ((0, axis.plain), (1, axis.better))
    names = sorted((match.start(), match.end(), side) for side, one in sides_of for match in one.finditer(text))
    if not names:
        return None
    before = names[0][0] < amounts[0].start
    sides: dict[int, _Amount] = {}
    for amount in amounts:
        if before:
            near = [side for _, end, side in names if end <= amount.start <= end + NEAR][-1:]
        else:
            near = [side for start, _, side in names if start - NEAR <= amount.end <= start][:1]
        for side in near:
            sides.setdefault(side, amount)
    return (sides[0], sides[1]) if len(sides) == 2 else None  # noqa: PLR2004  # both
