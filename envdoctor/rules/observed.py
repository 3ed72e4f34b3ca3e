"""What a part of an observed training costs: shares of the step's time, from 0 to 1. The checks `BEN` judge by them.

What is said to be lost is the most that can be won by mending it, so the largest loss is the bottleneck.
"""

# ruff: noqa: PLR2004  # each threshold stands once, in the rule that it belongs to
from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import msgspec

from envdoctor.observation import Observation, ObservedRank, ObservedTrial

LEAST_STEPS = 8
"""Fewer steps prove nothing."""
WORTH = 0.10
"""A smaller share of the time is not worth a warning."""
DISPATCH_SECONDS = 8e-6
"""About what PyTorch needs to start one operator of a training step on a CPU, Python and autograd included: taken as
a rule of thumb, not measured on the machine, so what rests on it is likely and never proved."""


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


def wait_seconds(seen: Observation) -> float:
    """Return the wait for a batch, per step: at the DataLoader, or where the script's own generator is seen."""
    own = seen.kinds.get("loader", 0.0) * seen.seconds if seen.loader is None else 0.0
    return max(seen.parts.get("loader", 0.0), own) / seen.steps if seen.steps else 0.0


def lost_to_loader(seen: Observation) -> float:
    """Return the share of the wait for batches, where the loader is slow by itself and its workers are not to blame."""
    if enough(seen) and seen.loader is None and seen.looks >= 50 and seen.kinds.get("loader", 0.0) >= 0.3:
        return seen.kinds["loader"]
    wait, alone = wait_seconds(seen), seen.loader_alone_seconds
    slow_alone = alone is not None and alone >= wait / 2
    seen_there = seen.kinds.get("loader", 0.0) >= share(seen, "loader") / 2
    if not enough(seen) or share(seen, "loader") < 0.25 or not (slow_alone or seen_there):
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


def lost_to_reads(seen: Observation) -> float:
    """Return the share of reading values, the lines around it included where several are read in a step."""
    if not enough(seen) or reads_per_step(seen) < 0.9:
        return 0.0
    lost = share(seen, "read")
    if reads_per_step(seen) >= 4:
        lines = {one.place for one in seen.reads if one.per_step >= 3}
        looked = sum(one.share for one in seen.places if one.place in lines and one.kind == "script")
        lost = max(lost, looked)
    return lost if lost >= WORTH else 0.0


def lost_to_work(seen: Observation) -> float:
    """Return the share of what is no training, where it comes with nearly every step or takes most of the time."""
    often = seen.work_steps or 0.0
    # Lines that read values one by one lie between two steps as well: that is said by itself.
    reading = max(0.0, lost_to_reads(seen) - share(seen, "read"))
    lost = share(seen, "between", "save", "evaluate") - reading
    if enough(seen) and ((lost >= 0.15 and often >= 0.3) or (lost >= 0.5 and often >= 0.1)):
        return lost
    lost = sum(seen.kinds.get(kind, 0.0) for kind in ("plot", "log", "metric"))
    return lost if enough(seen) and seen.looks >= 50 and lost >= 0.2 else 0.0


def trial(seen: Observation, name: str) -> ObservedTrial | None:
    """Return a trial that showed a gain in each of its turns, and of a tenth and more in the middle one."""
    found = next((one for one in seen.trials if one.name == name), None)
    return found if found is not None and found.pairs >= 2 and found.high < 1.0 and found.median <= 0.9 else None


def threads_of_ranks(seen: Observation) -> int | None:
    """Return the threads of all processes that train together, where they are more than the CPUs and wait for them."""
    threads = sum(one.threads or 0 for one in seen.ranks)
    if len(seen.ranks) < 2 or seen.cpus is None or seen.cpu is None or seen.cpu.waiting < 0.2:
        return None
    return threads if threads > 1.5 * min(seen.cpus, seen.quota_cpus or seen.cpus) else None


def lost_to_threads(seen: Observation) -> float:
    """Return what the fitting number of threads would gain, where another was chosen."""
    if threads_of_ranks(seen) and seen.cpu is not None:
        return min(0.9, seen.cpu.waiting / (seen.cpu.waiting + seen.cpu.own))
    found = trial(seen, "threads")
    if found is None or found.to is None or found.before is None or seen.threads is None or seen.cpus is None:
        return 0.0
    usable = max(1, int(min(seen.cpus, seen.quota_cpus or seen.cpus)))
    unfit = found.before > usable or found.before == 1 < usable
    return 1 - found.median if unfit and found.to == usable else 0.0


def lost_to_others(seen: Observation) -> float:
    """Return the share of time that the script's threads stood ready while other processes had the CPUs."""
    cpu, cpus = seen.cpu, seen.cpus
    if cpu is None or not cpus or not enough(seen):
        return 0.0
    full = cpu.own + cpu.others >= 0.8 * cpus
    if cpu.others < 0.4 or not full or cpu.waiting < 0.2:
        return 0.0
    return min(0.95, cpu.waiting / (cpu.waiting + cpu.own)) if cpu.own + cpu.waiting > 0 else 0.0


def lost_to_small_work(seen: Observation) -> float:
    """Return the share that starting operators takes, where a batch is tiny; of the shortest step."""
    batch = seen.loader.batch if seen.loader is not None else None
    if not enough(seen) or batch is None or batch > 8 or not seen.operators_per_step or seen.step_seconds is None:
        return 0.0
    compute = seen.step_seconds.min * share(seen, "forward", "backward", "optimizer")
    fixed = seen.operators_per_step * DISPATCH_SECONDS
    lost = min(0.95, fixed / compute) if compute > 0 else 0.0
    return lost if lost >= 0.3 else 0.0


def lost_to_autocast(seen: Observation) -> float:
    """Return what the step gains without autocast; all, where the losses are no numbers with it."""
    if not in_half(seen):
        return 0.0
    if seen.bad_losses >= 2:
        return 1.0
    found = trial(seen, "without autocast")
    return 1 - found.median if found is not None else 0.0


def lost_to_compiling(seen: Observation) -> float:
    """Return the share of compiling after the first steps, where shapes change or graphs are many."""
    again = seen.shapes >= 2 or seen.compiled.get("graphs", 0) >= 2
    lost = seen.kinds.get("compile", 0.0)
    return lost if enough(seen) and again and seen.compiled.get("frames", 0) >= 2 and lost >= WORTH else 0.0


class Growth(msgspec.Struct, frozen=True):
    """By how many the memory of a script grows with each step."""

    graphs: float
    """Tensors that hold a graph."""
    tensors: float
    nodes: float
    """Operators in the graphs that are held."""
    size: float
    """Resident bytes."""


def growth(seen: Observation) -> Growth | None:
    """Return what grows per step; None: seen too shortly."""
    if len(seen.memory) < 2:
        return None
    first, last = seen.memory[0], seen.memory[-1]
    steps = last.step - first.step
    if steps < LEAST_STEPS or first.resident is None or last.resident is None:
        return None
    return Growth(
        (last.graphs - first.graphs) / steps,
        (last.tensors - first.tensors) / steps,
        ((last.nodes or 0) - (first.nodes or 0)) / steps,
        (last.resident - first.resident) / steps,
    )


def lost_to_memory(seen: Observation) -> float:
    """Return a half where tensors and memory both grow with the steps: it ends the run sooner or later.

    A detached loss that is kept for a plot is no fault; an allocator grows by some kilobytes a step anyway.
    """
    grown = growth(seen)
    if grown is None:
        return 0.0
    graphs = grown.graphs >= 0.5 and grown.size >= 8192
    chain = grown.nodes >= 1 and grown.size >= 1024
    return 0.5 if graphs or chain or (grown.tensors >= 0.5 and grown.size >= 200_000) else 0.0


def tiny_norm_batch(seen: Observation) -> int | None:
    """Return the batch where batch norm has only two or three samples to learn from."""
    batch = seen.loader.batch if seen.loader is not None else None
    norms = max((one.batch_norms for one in seen.memory), default=0)
    return batch if norms and batch is not None and batch <= 3 else None


def losses_rise(seen: Observation) -> bool:
    """Say whether the loss is clearly higher at the end than at the beginning, or no number any more."""
    if seen.bad_losses >= 2:
        return True
    quarter = len(seen.losses) // 4
    if quarter < 4:
        return False
    # The very first losses are those of untrained weights. That of a few samples is mostly chance: more are taken.
    batch = seen.loader.batch if seen.loader is not None and seen.loader.batch else 32
    few = min(quarter, max(3, 64 // batch))
    first, last = statistics.median(seen.losses[:few]), statistics.median(seen.losses[-quarter:])
    if last > 1.5 * first > 0 and statistics.fmean(seen.losses[-quarter:]) > 1.2 * statistics.fmean(seen.losses[:few]):
        return True
    if seen.optimizer is None or seen.optimizer.lr is None:
        return False
    high = 0.03 if "Adam" in seen.optimizer.name else 0.5
    # The very first loss is that of weights which nobody has moved yet. Noise cannot be learnt: its loss stays there.
    # One that shot up and came back to about where it began has learnt nothing either.
    shot_up = max(seen.losses) > 10 * seen.losses[0]
    return seen.optimizer.lr >= high and last > (0.8 if shot_up else 1.01) * min(first, seen.losses[0]) > 0


def in_half(seen: Observation) -> bool:
    """Say whether the script computes with 16 bits, by autocast or by the type of its weights."""
    return seen.amp is not None or (seen.optimizer is not None and seen.optimizer.dtype in ("float16", "bfloat16"))


def rate_too_small(seen: Observation) -> float | None:
    """Return how many times smaller the learning rate is than one that goes with the batch, if the loss stands still.

    Only for SGD with batches of 256 and more. Source: https://arxiv.org/abs/1706.02677 (0.1 for each 256 images, with
    momentum 0.9): rates for small batches hardly move a net in the few steps that a large batch leaves.
    """
    optimizer, batch = seen.optimizer, seen.loader.batch if seen.loader is not None else None
    if optimizer is None or optimizer.name != "SGD" or not optimizer.lr or batch is None or batch < 256:
        return None
    quarter = len(seen.losses) // 4
    if quarter < 5:
        return None
    first, last = statistics.median(seen.losses[:3]), statistics.median(seen.losses[-quarter:])
    moves = optimizer.lr / (1 - min(0.99, optimizer.momentum or 0.0))
    ratio = batch / 256 / moves
    return ratio if ratio >= 150 and 0.97 * first < last < 1.03 * first else None


def lost_to_recipe(seen: Observation) -> float:
    """Return nearly all where nothing is learnt; a batch norm at two samples weighs more than slow steps."""
    if enough(seen) and not in_half(seen) and (losses_rise(seen) or rate_too_small(seen) is not None):
        return 0.99
    return 0.97 if enough(seen) and tiny_norm_batch(seen) else 0.0


def unequal_ranks(seen: Observation) -> tuple[ObservedRank, ObservedRank] | None:
    """Return the rank that waits longest for its loader and one that waits for it in the exchange of gradients.

    The steps of ranks end together, so what one spends more on its loader another spends more in `backward()`.
    """
    ranks = [one for one in seen.ranks if one.steps >= LEAST_STEPS and one.step_seconds]
    if len(ranks) < 2:
        return None
    slow = max(ranks, key=lambda one: one.loader_seconds)
    quick = min(ranks, key=lambda one: one.loader_seconds)
    more = slow.loader_seconds - quick.loader_seconds
    waits = quick.backward_seconds - slow.backward_seconds
    worth = more >= 0.2 * (quick.step_seconds or 0.0) and waits >= more / 2
    return (slow, quick) if worth else None


def exchanging_ranks(seen: Observation) -> bool:
    """Say whether processes with equal loaders spend most of a step in backward passes far longer than forward ones.

    By itself a backward pass takes about twice the forward one (two products for each of its one).
    """
    ranks = [one for one in seen.ranks if one.steps >= LEAST_STEPS and one.step_seconds]
    if len(ranks) < 2 or threads_of_ranks(seen) or unequal_ranks(seen):
        return False
    long = (one.backward_seconds >= max(8 * one.forward_seconds, 0.6 * (one.step_seconds or 0.0)) for one in ranks)
    return all(long)


def lost_to_ranks(seen: Observation) -> float:
    """Return the share of a step that ranks wait for the slowest one's loader, or for the exchange of gradients."""
    pair = unequal_ranks(seen)
    if pair is None:
        one = seen.ranks[0] if exchanging_ranks(seen) else None
        return (one.backward_seconds - 2 * one.forward_seconds) / (one.step_seconds or 1.0) if one else 0.0
    slow, quick = pair
    return min(0.95, (slow.loader_seconds - quick.loader_seconds) / (quick.step_seconds or 1.0))


LOST: dict[str, Callable[[Observation], float]] = {
    "BEN002": lost_to_loader,
    "BEN003": lost_to_workers,
    "BEN004": lost_to_reads,
    "BEN005": lost_to_work,
    "BEN006": lost_to_memory,
    "BEN007": lost_to_threads,
    "BEN008": lost_to_others,
    "BEN009": lost_to_small_work,
    "BEN010": lost_to_autocast,
    "BEN011": lost_to_compiling,
    "BEN012": lost_to_recipe,
    "BEN030": lost_to_ranks,
}
"""Code of a check → what it goes by. A script that fails has no step to gain from."""
