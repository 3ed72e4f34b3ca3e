"""Whether an observed training has the threads that fit its CPUs, and has these for itself."""

# ruff: noqa: PLR2004  # each threshold stands once, in the rule that it belongs to
from __future__ import annotations

from envdoctor.observation import Observation
from envdoctor.rules.observed import enough, share, trial

LARGE_OPERATOR_SECONDS = 3e-4
"""An operator of a training step that takes this long on one CPU is taken to run faster on several: a tenth of it is
what OpenMP needs to start and to meet, even where threads have to be woken."""


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
    return seen.threads > 1.5 * usable_cpus(seen) and cpu.waiting >= 0.5 and cpu.others + cpu.children < 0.3


def alone_with_much(seen: Observation) -> bool:
    """Say whether one thread computes, operators are large, and CPUs are free. If nothing was tried."""
    cpu, operators = seen.cpu, seen.operators_per_step
    if cpu is None or seen.threads != 1 or usable_cpus(seen) < 2 or not operators or seen.step_seconds is None:
        return False
    computing = share(seen, "forward", "backward", "optimizer")
    free = usable_cpus(seen) - cpu.own - cpu.others - cpu.children
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
    others = cpu.others + cpu.children
    if others < 0.4 or cpu.own + others < 0.8 * cpus or cpu.waiting < 0.2:
        return 0.0
    return min(0.95, cpu.waiting / (cpu.waiting + cpu.own)) if cpu.own + cpu.waiting > 0 else 0.0
