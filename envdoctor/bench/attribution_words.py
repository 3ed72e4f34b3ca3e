"""What follows from the parts of a step, in sentences with this machine's numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from envdoctor.measurements import Attribution, Fit, Measured, MeasuredSide, Spread
from envdoctor.rules.series import level, ratio

FEW_PERCENT = 0.005


def sentences(found: Attribution, made: Sequence[Measured]) -> Iterator[str]:
    """Say where a step goes, what its fixed cost is, and what workers, threads and graphs do.

    Args:
        found: the parts.
        made: the experiments on the same device.
    """
    shares = ", ".join(f"{part.name} {percent(part.share)}" for part in found.parts)
    yield f"A step of {found.batch} images takes {seconds(found.step_seconds)} in the mean of {found.steps}: {shares}."
    if found.fit is not None:
        yield from _fixed(found.fit, found.batch)
    rows = {one.name: one for one in made}
    yield from _workers(rows.get("ladder.workers_0"))
    yield from _threads(rows.get("ladder.threads_default"))
    yield from _device(rows)


def _fixed(fit: Fit, batch: int) -> Iterator[str]:
    up_to = int(fit.equal_batch.value)
    less = f"exceeds the arithmetic until about batch {up_to}" if up_to else "is below the arithmetic at any batch"
    whole = (
        f"Whatever its batch, a step costs {seconds(fit.fixed.value)} ({between(fit.fixed)}); each image adds "
        f"{seconds(fit.per_image.value)} of arithmetic. The fixed cost {less}"
    )
    arithmetic = fit.per_image.value * batch
    yield f"{whole}; at batch {batch} it is {times(fit.fixed.value / arithmetic)} the arithmetic."
    if fit.operators and fit.dispatch:
        calls = fit.operators * fit.dispatch
        yield (
            f"{fit.operators} operators a step x {fit.dispatch * 1e6:.2g} us for the call of the smallest one = "
            f"{seconds(calls)}: {calls / fit.fixed.value:.0%} of the fixed cost."
        )


def _workers(row: Measured | None) -> Iterator[str]:
    both = _pair(row)
    if row is None or row.comparison is None or both is None:
        return
    this, reference = both
    waits = [side.phases["loader"].mean for side in (reference, this) if "loader" in side.phases]
    waited = f": a step waits {seconds(waits[0])} for them, and loads in {seconds(waits[1])} by itself" * (
        len(waits) == 2  # noqa: PLR2004  # one of each side
    )
    c = row.comparison
    verdict = {
        "gain": f"Two workers at batch 4 cost more than they bring: without them training is {ratio(row)} as fast",
        "loss": f"Two workers at batch 4 pay: without them training is {ratio(row)} as fast",
    }.get(c.verdict, f"Whether two workers at batch 4 pay cannot be told ({c.verdict}: {c.low:.2f} to {c.high:.2f})")
    yield f"{verdict}{waited}."


def _threads(row: Measured | None) -> Iterator[str]:
    both = _pair(row)
    if row is None or row.comparison is None or both is None or row.threads is None:
        return
    this, reference = both
    if this.statistics is None or reference.statistics is None or row.threads == 1:
        return
    many, one = this.statistics, reference.statistics
    load = _load(row)
    outcome = {
        "gain": f"{row.threads} threads pay",
        "loss": f"{row.threads} threads hinder each other",
    }.get(row.comparison.verdict, f"{row.threads} threads: {row.comparison.verdict}")
    yield (
        f"{outcome}{load}: a step takes {seconds(many.mean)} in the mean (median {seconds(many.median)}, p95 "
        f"{seconds(many.p95)}) against {seconds(one.mean)} with 1 thread; {ratio(row)} as fast."
    )


def _device(rows: Mapping[str, Measured]) -> Iterator[str]:
    """Say what the same step costs without its calls, and how busy the driver says that the GPU was."""
    both = _pair(rows.get("ladder.cuda_graph"))
    if both is not None and both[0].statistics is not None and both[1].statistics is not None:
        replayed, called = both[0].statistics.mean, both[1].statistics.mean
        if 0 < replayed < called:
            yield (
                f"With its data in memory a step takes {seconds(called)}; replayed as one CUDA graph, which makes no "
                f"calls, {seconds(replayed)}: {1 - replayed / called:.0%} of it is the start of operators."
            )
    textbook = rows.get("ladder.textbook")
    busy = level(textbook, "gpu_percent") if textbook is not None else None
    if busy is not None:
        yield f"By the driver a kernel ran in {busy.mean:.0f} % of the time."


def _load(row: Measured) -> str:
    loads = [host.load for host in (row.before, row.after) if host.load is not None]
    shares = [host.cpu_share for host in (row.before, row.after) if host.cpu_share is not None]
    said = [f"load {max(loads):.1f}"] if loads else []
    said += [f"a busy loop got {min(shares):.0%} of a CPU"] if shares else []
    return f" ({', '.join(said)})" if said else ""


def _pair(row: Measured | None) -> tuple[MeasuredSide, MeasuredSide] | None:
    if row is None:
        return None
    this, reference = row.side(), row.side("reference")
    return None if this is None or reference is None else (this, reference)


def seconds(value: float) -> str:
    """Return "1.47 s", "12.3 ms" or "92 us"."""
    size = abs(value)
    if size >= 1:
        return f"{value:.3g} s"
    return f"{value * 1e3:.3g} ms" if size >= 1e-3 else f"{value * 1e6:.3g} us"  # noqa: PLR2004  # a millisecond


def between(spread: Spread) -> str:
    """Return "0.52 ms to 0.55 ms"."""
    return f"{seconds(spread.low)} to {seconds(spread.high)}"


def percent(share: Spread) -> str:
    """Return "37 % (35-40)"."""
    if max(abs(share.low), abs(share.high)) < FEW_PERCENT:
        return "0 %"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f})"


def times(value: float) -> str:
    """Return "1.4 times"."""
    return f"{value:.2g} times"
