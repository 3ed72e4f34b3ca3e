"""What a part of an observed training costs: shares of the step's time, from 0 to 1. The checks `BEN` judge by them.

What is said to be lost is the most that can be won by mending it, so the largest loss is the bottleneck.
"""

# ruff: noqa: PLR2004  # each threshold stands once, in the rule that it belongs to
from __future__ import annotations

from typing import Any

import msgspec

from envdoctor.observation import Observation, ObservedTrial

LEAST_STEPS = 8
"""Fewer steps prove nothing."""
WORTH = 0.10
"""A smaller share of the time is not worth a warning."""
DISPATCH_SECONDS = 8e-6
"""About what PyTorch needs to start one operator of a training step on a CPU, Python and autograd included: taken as
a rule of thumb, not measured on the machine, so what rests on it is likely and never proved."""

LARGE_OPERATOR_SECONDS = 3e-4
"""An operator of a training step that takes this long on one CPU is taken to run faster on several: a tenth of it is
what OpenMP needs to start and to meet, even where threads have to be woken."""


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


def usable_cpus(seen: Observation) -> int:
    """Return how many CPUs the script may use; 1 where nobody knows."""
    return max(1, int(min(seen.cpus or 1, seen.quota_cpus or seen.cpus or 1)))


def crowded(seen: Observation) -> bool:
    """Say whether threads beyond the CPUs stand ready without one through no other program. If nothing was tried."""
    cpu = seen.cpu
    if cpu is None or seen.threads is None or seen.cpus is None or seen.ranks or seen.trials:
        return False
    return seen.threads > 1.5 * usable_cpus(seen) and cpu.waiting >= 0.5 and cpu.others < 0.3


def alone_with_much(seen: Observation) -> bool:
    """Say whether one thread computes, operators are large, and CPUs are free. If nothing was tried."""
    cpu, operators = seen.cpu, seen.operators_per_step
    if cpu is None or seen.threads != 1 or usable_cpus(seen) < 2 or not operators or seen.step_seconds is None:
        return False
    computing = share(seen, "forward", "backward", "optimizer")
    free = usable_cpus(seen) - cpu.own - cpu.others
    large = computing * seen.step_seconds.median >= operators * LARGE_OPERATOR_SECONDS
    return not seen.ranks and not seen.trials and computing >= 0.6 and free >= 0.6 and large


def lost_to_threads(seen: Observation) -> float:
    """Return what the fitting number of threads would gain, where another was chosen."""
    if (threads_of_ranks(seen) or crowded(seen)) and enough(seen) and seen.cpu is not None:
        return min(0.9, seen.cpu.waiting / (seen.cpu.waiting + seen.cpu.own))
    if enough(seen) and alone_with_much(seen):
        return 0.5 * share(seen, "forward", "backward") * (1 - 1 / usable_cpus(seen))
    found = trial(seen, "threads")
    if found is None or found.to is None or found.before is None or seen.threads is None or seen.cpus is None:
        return 0.0
    usable = usable_cpus(seen)
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


def in_half(seen: Observation) -> bool:
    """Say whether the script computes with 16 bits, by autocast or by the type of its weights."""
    return seen.amp is not None or (seen.optimizer is not None and seen.optimizer.dtype in ("float16", "bfloat16"))
