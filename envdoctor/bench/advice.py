"""The changes that gain most on this machine, what they should bring together, and what they brought. Pure.

Each change was measured alone, against the textbook's recipe. Two that shorten the same part of a step do not bring
the product of their ratios: so each is taken apart into what it does to the loader's part, to copies, to the fixed
cost of a step and to the arithmetic, and the forecast puts those together (Amdahl's law, part by part).
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from typing import Any

from envdoctor.bench.attribution import fit_for
from envdoctor.bench.combined import Change, change_of, combined
from envdoctor.bench.experiments import TEXTBOOK, Experiment
from envdoctor.bench.plan import Planned, Sizes, planned
from envdoctor.bench.result import Result
from envdoctor.measurements import Advice, Advised, Fit, Measured, Spread
from envdoctor.rules.series import DONE, RECIPE, accuracy_falls, beside_textbook, changes, gains, row, trained

NAME = "advice.together"
MOST = 3
WORTH = 1.05
"""A smaller gain is no advice."""
OF_A_LOADER = frozenset(
    ("workers", "pin_memory", "persistent_workers", "prefetch_factor", "start_method")
)  # fmt: skip


def advice(results: Sequence[Result], made: Sequence[Measured], device: str) -> Advice | None:
    """Return what to change on a device; None: no change alone is a gain there."""
    candidates, rejected = _candidates(made, device)
    changed = {one.name: _change(results, one, fit_for(made, device)) for one in candidates}
    usable = [one for one in candidates if changed[one.name] is not None]
    chosen = _best(usable, changed)
    if not chosen:
        return None
    forecast = _forecast([changed[one.name] for one in chosen])
    advised = tuple(_advised(one) for one in chosen)
    outcome = _outcome(made, device, advised)
    return Advice(
        device=device,
        chosen=advised,
        forecast=forecast,
        product=math.prod(one.ratio.value for one in advised),
        outcome=outcome,
        error=(forecast.value - outcome.value) / outcome.value if outcome else None,
        rejected=tuple(rejected),
        remarks=tuple(_remarks(chosen, made, device)),
    )


def together(results: Sequence[Result], made: Sequence[Measured], device: str, sizes: Sizes) -> Planned | None:
    """Return the experiment that applies all that is advised; None: there are not two changes to apply together."""
    found = advice(results, made, device)
    if found is None or len(found.chosen) < 2:  # noqa: PLR2004  # one alone was measured
        return None
    return planned(
        Experiment(
            name=NAME,
            changes=", ".join(one.changes for one in found.chosen),
            held="net, data and recipe of the textbook",
            question="Do the changes that gain most bring together what was forecast?",
            settings=merged(found.chosen),
            reference=TEXTBOOK,
        ),
        sizes,
    )


def merged(chosen: Sequence[Advised]) -> dict[str, Any]:
    """Return the settings of several changes in one."""
    return {key: value for one in chosen for key, value in one.settings.items()}


def _candidates(made: Sequence[Measured], device: str) -> tuple[list[Measured], list[str]]:
    """Return the rows of the ladder that change one thing and gain, and why others that are faster are left out."""
    good, rejected = [], []
    reference = trained(made, device)
    for one in made:
        if one.group != "ladder" or one.device != device or one.verdict != DONE or not gains(one, WORTH):
            continue
        changed, beside = changes(one), one.side("reference")
        if len(changed) != 1 or RECIPE & changed.keys() or beside is None or not beside_textbook(beside.settings):
            continue
        if reference is not None and accuracy_falls(one, reference[1]):
            before, after = (m.training.accuracy for m in (reference[1], one) if m.training is not None)
            rejected.append(
                f"{one.name} is {_ratio(one).value:.2f} times as fast, and its accuracy falls from {before:.1%} to "
                f"{after:.1%} in as many epochs: that is another recipe and no speed-up"
            )
            continue
        good.append(one)
    return good, rejected


def _change(results: Sequence[Result], one: Measured, fit: Fit | None) -> Change | None:
    result = next(r for r in results if r.name == one.name and r.device == one.device)
    return change_of(result.windows, changes(one), fit)


def _best(usable: Sequence[Measured], changed: dict[str, Change | None]) -> tuple[Measured, ...]:
    """Return the compatible changes, at most `MOST`, with the highest forecast; of equal ones the fewer."""
    best: tuple[float, tuple[Measured, ...]] = (1.0, ())
    for count in range(1, MOST + 1):
        for some in itertools.combinations(usable, count):
            if compatible([changes(one) for one in some]):
                value = _forecast([changed[one.name] for one in some]).value
                if value > best[0] * 1.01:  # a hundredth is no reason for one more change
                    best = (value, some)
    return best[1]


def compatible(every: Sequence[dict[str, Any]]) -> bool:
    """Say whether changes can be made together: no setting twice, and nothing of a loader that is not used."""
    keys = [key for one in every for key in one]
    in_memory = any(one.get("data") == "memory" for one in every)
    return len(keys) == len(set(keys)) and not (in_memory and OF_A_LOADER & set(keys))


def _forecast(some: Sequence[Change | None]) -> Spread:
    values = combined([one for one in some if one is not None])
    return Spread(statistics.median(values), min(values), max(values))


def _advised(one: Measured) -> Advised:
    return Advised(experiment=one.name, changes=_named(changes(one)), ratio=_ratio(one), settings=changes(one))


def _named(changed: dict[str, Any]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in changed.items())


def _ratio(one: Measured) -> Spread:
    c = one.comparison
    return Spread(1.0, 1.0, 1.0) if c is None else Spread(c.median, c.low, c.high)


def _outcome(made: Sequence[Measured], device: str, advised: Sequence[Advised]) -> Spread | None:
    found = row(made, NAME, device)
    if found is None or found[1].comparison is None or changes(found[1]) != merged(advised):
        return None
    return _ratio(found[1])


def _remarks(chosen: Sequence[Measured], made: Sequence[Measured], device: str) -> list[str]:
    said = []
    batch = next((changes(one)["batch"] for one in chosen if "batch" in changes(one)), None)
    if batch is not None:
        said.append(f"with batch {batch} an epoch has fewer steps: scale the learning rate, and watch the accuracy")
    if trained(made, device) is None:
        said.append("the accuracy was not measured here (--preset full, or --epochs, does)")
    together, reference = row(made, NAME, device), trained(made, device)
    if together is not None and reference is not None and accuracy_falls(together[1], reference[1]):
        said.append("applied together, they reach a lower accuracy in as many epochs: mend the recipe with them")
    unstable = [one.name for one in made if one.device == device and one.group == "ladder"
                and one.comparison is not None and one.comparison.verdict == "unstable"]  # fmt: skip
    if unstable:
        said.append(f"not considered, because their rounds disagree: {', '.join(unstable)}")
    return said
