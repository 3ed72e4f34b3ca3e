"""One sentence for each row of the ladder: why it came out as it did, with the number that shows it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from envdoctor.bench.attribution_words import seconds
from envdoctor.measurements import Attribution, Fit, Measured, MeasuredSide
from envdoctor.rules.series import TEXTBOOK, accuracy_falls, changes, trained

LOADER_KEYS = frozenset(("workers", "data", "persistent_workers", "prefetch_factor", "start_method"))
CALLS = frozenset(("fused", "foreach", "graph"))
TEXTBOOK_BATCH = 4
LITTLE = 0.05
"""A phase that changes by a smaller share explains nothing."""


def why(one: Measured, made: Sequence[Measured], attribution: Attribution | None) -> str:
    """Return the sentence; "" where nothing was compared.

    Args:
        one: the row.
        made: the whole series.
        attribution: of the same device, for what a step's fixed cost is.
    """
    c = one.comparison
    if c is None:
        return _reference(one) if one.name == TEXTBOOK else ""
    if c.verdict == "noise":
        return f"No difference beyond the spread ({c.low:.2f} to {c.high:.2f} times): noise{_accuracy(one, made)}."
    if c.verdict == "unstable":
        return f"The rounds disagree ({c.low:.2f} to {c.high:.2f} times): measure again on a quiet machine."
    fit = attribution.fit if attribution is not None else None
    head = f"{_times(c.median)} as fast" if c.median >= 1 else f"{_times(1 / c.median)} slower"
    reason = _reason(one, fit)
    return f"{head}: {reason}{_accuracy(one, made)}."


def _reference(one: Measured) -> str:
    """Say what the reference does with its time, by its own steps alone."""
    this = one.side()
    if this is None or this.statistics is None:
        return ""
    words = {"loader": "wait for the batch", "transfer": "copy it", "host": "compute"}
    parts = [f"{seconds(_mean(this, name))} {what}" for name, what in words.items() if name in this.phases]
    return f"The reference: of a step of {seconds(this.statistics.mean)}, {', '.join(parts)}."


def _reason(one: Measured, fit: Fit | None) -> str:
    this, reference = one.side(), one.side("reference")
    if this is None or reference is None or this.statistics is None or reference.statistics is None:
        return "its steps were not timed"
    changed = changes(one)
    for keys, say in RULES:
        if keys & changed.keys() and (len(changed) == 1 or "net" in keys):
            reason = say(one, this, reference, fit)
            if reason:
                return reason
    return _largest(one, this, reference)


def _batch(one: Measured, this: MeasuredSide, reference: MeasuredSide, fit: Fit | None) -> str:
    small, large = reference.settings.get("batch", TEXTBOOK_BATCH), this.settings.get("batch", one.batch)
    if fit is None or not isinstance(large, int) or not isinstance(small, int) or one.comparison is None:
        return ""
    if one.comparison.median < 1:
        return f"the arithmetic of an image costs more at batch {large}, where its data no longer fits the caches"
    return f"the fixed cost per step of {seconds(fit.fixed.value)} is spread over {large} images instead of {small}"


def _loader(_one: Measured, this: MeasuredSide, reference: MeasuredSide, _fit: Fit | None) -> str:
    before, after = (side.phases.get("loader") for side in (reference, this))
    if before is None or after is None:
        return ""
    return f"a step waits {seconds(after.mean)} for its batch instead of {seconds(before.mean)}"


def _threads(one: Measured, this: MeasuredSide, reference: MeasuredSide, _fit: Fit | None) -> str:
    if this.statistics is None or reference.statistics is None or one.comparison is None or (one.threads or 0) < 2:  # noqa: PLR2004  # one shares nothing
        return ""
    many, single = this.statistics, reference.statistics
    if one.comparison.median >= 1:
        figures = f"{seconds(many.mean)} instead of {seconds(single.mean)}"
        return f"{one.threads} threads share the arithmetic: a step takes {figures}"
    return (
        f"{one.threads} threads meet at every operator and wait for each other: the mean step takes "
        f"{seconds(many.mean)} "
        f"(median {seconds(many.median)}, p95 {seconds(many.p95)}) instead of {seconds(single.mean)}"
    )


def _calls(_one: Measured, this: MeasuredSide, reference: MeasuredSide, fit: Fit | None) -> str:
    saved = _mean(reference, "host") - _mean(this, "host")
    if fit is None or not 0 < saved <= fit.fixed.value:
        return ""  # on a busy machine, wall time that other programs took is saved as well
    return f"fewer calls save {seconds(saved)} of a step's fixed cost of {seconds(fit.fixed.value)}"


def _small_type(one: Measured, this: MeasuredSide, reference: MeasuredSide, fit: Fit | None) -> str:
    more = _mean(this, "host") - _mean(reference, "host")
    if one.comparison is None or fit is None:
        return ""
    arithmetic = fit.per_image.value * int(reference.settings.get("batch", TEXTBOOK_BATCH))
    if one.comparison.median < 1:
        return f"casts add {seconds(more)} to a step, in which only {seconds(arithmetic)} is arithmetic"
    return f"the arithmetic of a step, {seconds(arithmetic)} in float32, is done in half the bits"


def _compile(_one: Measured, this: MeasuredSide, reference: MeasuredSide, _fit: Fit | None) -> str:
    saved = _mean(reference, "host") - _mean(this, "host")
    if this.first_step_seconds is None or saved <= 0:
        return ""
    steps = this.first_step_seconds / saved
    return (
        f"compiling took {seconds(this.first_step_seconds)} and saves {seconds(saved)} a step: it pays after "
        f"{steps:,.0f} "
        "steps"
    )


def _net(one: Measured, this: MeasuredSide, reference: MeasuredSide, fit: Fit | None) -> str:
    if one.comparison is None or one.comparison.median >= 1:
        return ""
    more = _mean(this, "host") - _mean(reference, "host")
    fixed = f", while the fixed cost of a textbook step is {seconds(fit.fixed.value)}" if fit is not None else ""
    return f"the other net adds {seconds(more)} of work to a step{fixed}"


RULES: tuple[tuple[frozenset[str], Callable[[Measured, MeasuredSide, MeasuredSide, Fit | None], str]], ...] = (
    (frozenset(("batch",)), _batch),
    (LOADER_KEYS, _loader),
    (frozenset(("threads",)), _threads),
    (CALLS, _calls),
    (frozenset(("amp",)), _small_type),
    (frozenset(("compile",)), _compile),
    (frozenset(("net",)), _net),
)
"""Settings that a row changes alone → what says why; the first that can."""


def _largest(one: Measured, this: MeasuredSide, reference: MeasuredSide) -> str:
    """Name the phase whose time per image changed most: it is there that the row gains or loses."""
    size, before = (_images(one, side) for side in (this, reference))
    moved = {
        name: _mean(reference, name) / before - _mean(this, name) / size
        for name in ("loader", "transfer", "host")
        if name in reference.phases and name in this.phases
    }
    if not moved:
        return "no phase of a step was timed"
    name = max(moved, key=lambda phase: abs(moved[phase]))
    words = {"loader": "waiting for the batch", "transfer": "copying it", "host": "computing"}
    old, new = _mean(reference, name) / before, _mean(this, name) / size
    if abs(moved[name]) <= LITTLE * old:
        return "no phase of a step explains it: unexplained"
    return f"{words[name]} takes {seconds(new)} an image instead of {seconds(old)}"


def _images(one: Measured, side: MeasuredSide) -> int:
    told = [found.settings.get("batch") for found in one.sides]
    size = (side.settings.get("batch") or TEXTBOOK_BATCH) if any(told) else one.batch
    return size if isinstance(size, int) and size > 0 else TEXTBOOK_BATCH


def _mean(side: MeasuredSide, name: str) -> float:
    found = side.phases.get(name)
    return found.mean if found is not None else 0.0


def _times(value: float) -> str:
    return f"{value:.2f} x" if value < 10 else f"{value:.3g} x"  # noqa: PLR2004  # more digits would be noise


def _accuracy(one: Measured, made: Sequence[Measured]) -> str:
    reference = trained(made, one.device)
    if reference is None or not accuracy_falls(one, reference[1]):
        return ""
    before, after = (m.training.accuracy for m in (reference[1], one) if m.training is not None)
    faster = one.comparison is not None and one.comparison.median > 1
    what = "it is the recipe and no speed-up" if faster else "the recipe is worse as well"
    return f"; the accuracy falls from {before:.1%} to {after:.1%} in as many epochs, so {what}"


def whys(made: Sequence[Measured], attributions: Sequence[Attribution]) -> dict[tuple[str, str], str]:
    """Return the sentences of a series by name and device."""
    of: Mapping[str, Attribution] = {one.device: one for one in attributions}
    found = {(one.name, one.device): why(one, made, of.get(one.device)) for one in made}
    return {key: text for key, text in found.items() if text}
