"""What a part of an observed training costs: shares of the step's time, from 0 to 1. The checks `BEN` judge by them.

What is said to be lost is the most that can be won by mending it, so the largest loss is the bottleneck.
"""

# ruff: noqa: PLR2004  # each threshold stands once, in the rule that it belongs to
from __future__ import annotations

from typing import Any

from envdoctor.observation import Observation, ObservedPlace, ObservedTrial

LEAST_STEPS = 8
"""Fewer steps prove nothing."""
WORTH = 0.10
"""A smaller share of the time is not worth a warning."""
DISPATCH_SECONDS = 8e-6
"""About what PyTorch needs to start one operator of a training step on a CPU, Python and autograd included: taken as
a rule of thumb, not measured on the machine, so what rests on it is likely and never proved."""

MOST_OF_READING = 2e-4
"""Seconds for picking out one value, reading it and doing something with it; who needs more does something else."""
OPERATORS_OF_READING = 3
"""To take one element out of a tensor of two or three dimensions and to hand it over."""


def share(seen: Observation, *parts: str) -> float:
    """Return the share of the counted steps that these parts took."""
    return sum(seen.parts.get(part, 0.0) for part in parts) / seen.seconds if seen.seconds > 0 else 0.0


def shown(seen: Observation, *paths: str) -> dict[str, Any]:
    """Return the evidence: path of a fact → its value, for those that there are."""
    evidence: dict[str, Any] = {}
    for path in paths:
        at: Any = seen
        for name in path.split("."):
            at = at.get(name) if isinstance(at, dict) else getattr(at, name, None)
        if at is not None:
            evidence[f"observation.{path}"] = list(at) if isinstance(at, tuple) else at
    return evidence


def percent(value: float) -> str:
    """Return "37 %"."""
    return f"{100 * value:.0f} %"


def time_of(seconds: float) -> str:
    """Return "12.3 ms" or "1.25 s"."""
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def enough(seen: Observation) -> bool:
    """Say whether enough steps were seen to judge their time."""
    return seen.steps >= LEAST_STEPS and seen.seconds > 0


def prepared_by_script(seen: Observation) -> float:
    """Return the share of looks at a generator of batches of the script's own, and at what it does ahead of forward."""
    return seen.kinds.get("loader", 0.0) + seen.kinds.get("before", 0.0)


def wait_seconds(seen: Observation) -> float:
    """Return the wait for a batch, per step: at the DataLoader, or where the script makes batches itself."""
    own = (prepared_by_script(seen) if seen.loader is None else seen.kinds.get("before", 0.0)) * seen.seconds
    return max(seen.parts.get("loader", 0.0), own) / seen.steps if seen.steps else 0.0


def batch_at_most(seen: Observation) -> int | None:
    """Return the batch; without a loader that says it, the most rows that a layer is given."""
    if seen.loader is not None and seen.loader.batch:
        return seen.loader.batch
    return seen.rows.most if seen.rows else None


def batch_at_least(seen: Observation) -> int | None:
    """Return the batch; without a loader that says it, the fewest rows that a layer is given."""
    if seen.loader is not None and seen.loader.batch:
        return seen.loader.batch
    return seen.rows.least if seen.rows else None


def on_gpu(seen: Observation) -> bool:
    """Say whether the script trains on a GPU."""
    return seen.device.startswith("cuda")


def idle_share(seen: Observation) -> float | None:
    """Return the share of a step in which the GPU has nothing to do; None: no GPU, or nobody could ask it.

    No more than this can be won by whatever the host does: it works ahead of a GPU that is busy.
    """
    if not on_gpu(seen) or seen.device_pass is None or not seen.steps or seen.seconds <= 0:
        return None
    return max(0.0, 1 - seen.device_pass.busy_seconds * seen.steps / seen.seconds)


def lost_to_loader(seen: Observation) -> float:
    """Return the share of the wait for batches, where the loader is slow by itself and its workers are not to blame."""
    lost, idle = _waited_for_loader(seen), idle_share(seen)
    lost = lost if idle is None else min(lost, idle)
    return lost if lost >= 0.25 else 0.0


def _waited_for_loader(seen: Observation) -> float:
    own = prepared_by_script(seen) if seen.loader is None else seen.kinds.get("before", 0.0)
    if enough(seen) and seen.looks >= 50 and own >= 0.3:
        return own
    wait, alone = wait_seconds(seen), seen.loader_alone_seconds
    slow_alone = alone is not None and alone >= wait / 2
    seen_there = seen.kinds.get("loader", 0.0) >= share(seen, "loader") / 2
    if not enough(seen) or not (slow_alone or seen_there):
        return 0.0
    return 0.0 if lost_to_workers(seen) else share(seen, "loader")


def lost_to_workers(seen: Observation) -> float:
    """Return the share that is waited for workers beyond what reading without them would take."""
    inline, wait = seen.loader_inline_seconds, wait_seconds(seen)
    if not enough(seen) or seen.loader is None or not seen.loader.workers or inline is None or inline > wait / 2:
        return 0.0
    lost = share(seen, "loader") - inline * seen.steps / seen.seconds
    return lost if lost >= 0.2 else 0.0


def reads_per_step(seen: Observation) -> float:
    """Return how many values are read out of tensors in a step."""
    return sum(one.per_step for one in seen.reads)


def looked_at_reading(seen: Observation, *kinds: str) -> float:
    """Return the share of looks at lines that do little else in a step than to read several values.

    The lines around one that reads dozens are its loop's.
    """
    most = MOST_OF_READING * seen.steps / seen.seconds if seen.seconds > 0 else 0.0
    counted: set[ObservedPlace] = set()
    for read in seen.reads:
        near = 0 if read.per_step < 16 else 2
        around = {one for one in seen.places if one.kind in kinds and _lines_between(one.place, read.place) <= near}
        if read.per_step >= 3 and sum(one.share for one in around) <= read.per_step * most:
            counted |= around
    return sum(one.share for one in counted)


def _lines_between(one: str, other: str) -> float:
    """Return how many lines two places are apart; infinitely many in two files."""
    (file, _, line), (another, _, beside) = one.rpartition(":"), other.rpartition(":")
    return abs(int(line) - int(beside)) if file == another and line.isdigit() and beside.isdigit() else float("inf")


def lost_after_step(seen: Observation) -> float:
    """Return the share of what the script does after it has moved the weights, if it comes with most steps."""
    lost = seen.kinds.get("after", 0.0) - looked_at_reading(seen, "after")
    often = (seen.after_steps or 0.0) >= 0.5 * lost
    return lost if enough(seen) and seen.looks >= 50 and lost >= 0.2 and often else 0.0


def lost_to_reads(seen: Observation) -> float:
    """Return the share of reading values, the lines around it included where several are read in a step."""
    if not enough(seen) or reads_per_step(seen) < 0.9:
        return 0.0
    lost = share(seen, "read")
    if reads_per_step(seen) >= 4:
        lost = max(lost, looked_at_reading(seen, "script", "after", "read"))
    if on_gpu(seen):
        # Where a value is read the host waits for all that the GPU has left to do: that is no loss by itself.
        idle = idle_share(seen)
        lost = min(lost, idle) if idle is not None else 0.0
    return lost if lost >= WORTH else 0.0


def lost_to_work(seen: Observation) -> float:
    """Return the share of what is no training, where it comes with nearly every step or takes most of the time."""
    often = seen.work_steps or 0.0
    # Lines that read values one by one lie between two steps as well: that is said by itself.
    reading = max(0.0, lost_to_reads(seen) - share(seen, "read"))
    lost = share(seen, "between", "save", "evaluate") - reading
    if enough(seen) and ((lost >= 0.15 and often >= 0.3) or (lost >= 0.5 and often >= 0.1)):
        return max(lost, lost_after_step(seen))
    lost = sum(seen.kinds.get(kind, 0.0) for kind in ("plot", "log", "metric"))
    return max(lost if enough(seen) and seen.looks >= 50 and lost >= 0.2 else 0.0, lost_after_step(seen))


def lost_to_small_work(seen: Observation) -> float:
    """Return the share that starting operators takes, where a batch is tiny; of the shortest step.

    On a GPU: the share of a step in which it waits for the host to start the next one.
    """
    if on_gpu(seen):
        return _lost_to_launches(seen)
    batch = batch_at_most(seen)
    if not enough(seen) or batch is None or batch > 8 or not seen.operators_per_step or seen.step_seconds is None:
        return 0.0
    compute = seen.step_seconds.min * share(seen, "forward", "backward", "optimizer")
    # To read one element of a tensor it is picked out first: no operators of the net's.
    reading = OPERATORS_OF_READING * reads_per_step(seen)
    fixed = max(0.0, seen.operators_per_step - reading) * DISPATCH_SECONDS
    lost = min(0.95, fixed / compute) if compute > 0 else 0.0
    return lost if lost >= 0.3 else 0.0


def _lost_to_launches(seen: Observation) -> float:
    idle, computing = idle_share(seen), share(seen, "forward", "backward", "optimizer")
    if idle is None or not enough(seen) or not seen.operators_per_step:
        return 0.0
    # That starting them explains the host's time as well is the second observation.
    starting = seen.operators_per_step * DISPATCH_SECONDS * seen.steps / seen.seconds
    lost = min(idle, computing)
    return lost if lost >= 0.3 and starting >= 0.3 * computing else 0.0


def trial(seen: Observation, name: str) -> ObservedTrial | None:
    """Return a trial that showed a gain in each of its turns, and of a tenth and more in the middle one."""
    found = next((one for one in seen.trials if one.name == name), None)
    return found if found is not None and found.pairs >= 2 and found.high < 1.0 and found.median <= 0.9 else None


def lost_to_autocast(seen: Observation) -> float:
    """Return what the step gains without autocast; all, where the losses are no numbers with it."""
    if not in_half(seen):
        return 0.0
    if seen.bad_losses >= 2:
        return 1.0
    found = trial(seen, "without autocast")
    if found is None and emulated_half(seen):
        # Not tried, for the script ended by itself: half of what computes, as a guess that is no claim.
        return 0.5 * share(seen, "forward", "backward")
    return 1 - found.median if found is not None else 0.0


def emulated_half(seen: Observation) -> bool:
    """Say whether autocast computes on a CPU without instructions for it, and nobody could try without."""
    return (seen.amp or "").startswith("cpu") and seen.half_instructions is False and not seen.trials


def lost_to_compiling(seen: Observation) -> float:
    """Return the share of compiling after the first steps, where shapes change or graphs are many."""
    again = seen.shapes >= 2 or seen.compiled.get("graphs", 0) >= 2
    lost = seen.kinds.get("compile", 0.0)
    return lost if enough(seen) and again and seen.compiled.get("frames", 0) >= 2 and lost >= WORTH else 0.0


def in_half(seen: Observation) -> bool:
    """Say whether the script computes with 16 bits, by autocast or by the type of its weights."""
    return seen.amp is not None or (seen.optimizer is not None and seen.optimizer.dtype in ("float16", "bfloat16"))
