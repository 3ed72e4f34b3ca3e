from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation, ObservedRank
from envdoctor.rules.observed import percent, time_of
from envdoctor.rules.observed_ranks import exchanging_ranks, lost_to_ranks, unequal_ranks, uneven_ranks


@check("BEN030", Severity.WARNING, cause="ddp-no-speedup")
def ranks_unequal(observation: Observation | None) -> Iterator[Finding]:
    """Processes that train together wait for the one whose loader is slowest, or for the exchange of gradients.

    With DistributedDataParallel every step ends for all when the last has its gradients. Two times must agree: one
    process spends more of each step on its loader, and another spends as much more in its backward pass, where the
    gradients are exchanged. Or one computes forward for longer, and the other's backward pass is long beside its
    forward pass. Or, with equal work, the backward pass of each takes most of the step and eight times as long as its
    forward pass, where about twice is usual (four times, where PyTorch's own account of the exchange agrees).
    It would be wrong if the backward passes took as long in one process alone.

    How to mend it: the same loader for every process (workers, storage, size of the data, DistributedSampler), and
    as many workers per process as one process alone needs; larger batches, or gradients accumulated under no_sync().

    Source: https://docs.pytorch.org/docs/stable/notes/ddp.html (backward pass: the reducer waits for all buckets).
    """
    if observation is None:
        return
    pair, lost = unequal_ranks(observation), lost_to_ranks(observation)
    uneven = uneven_ranks(observation)
    if uneven is not None:
        yield _uneven(*uneven, lost)
        return
    if pair is None:
        if exchanging_ranks(observation):
            yield _exchange(observation, lost)
        return
    slow, quick = pair
    yield Finding(
        what=f"Process {slow.rank} spends {time_of(slow.loader_seconds)} of each step on its loader, process "
        f"{quick.rank} {time_of(quick.loader_seconds)}, and waits for it in a backward pass of "
        f"{time_of(quick.backward_seconds)} instead of {time_of(slow.backward_seconds)}.",
        why="Gradients are exchanged in every step, so the slowest loader sets the pace of all processes.",
        fix=Fix(
            "Give every process the same DataLoader (num_workers, storage, amount of data by DistributedSampler): "
            f"up to {percent(lost)} of the time can be gained."
        ),
        evidence={
            f"observation.ranks.{one.rank}.{name}": getattr(one, name)
            for one in pair
            for name in ("step_seconds", "loader_seconds", "backward_seconds", "workers")
            if getattr(one, name) is not None
        },
    )


def _uneven(slow: ObservedRank, quick: ObservedRank, lost: float) -> Finding:
    return Finding(
        what=f"Process {slow.rank} computes forward for {time_of(slow.forward_seconds)} of each step, process "
        f"{quick.rank} for {time_of(quick.forward_seconds)}, and waits for it in a backward pass of "
        f"{time_of(quick.backward_seconds)}.",
        why="Gradients are exchanged in every step, so the process with most to compute sets the pace of all.",
        fix=Fix(
            "Give the processes samples of the same size at the same step (shuffle before sharding, or shard batches "
            f"of one length): about {percent(lost)} of the time can be gained."
        ),
        evidence={
            f"observation.ranks.{one.rank}.{name}": getattr(one, name)
            for one in (slow, quick)
            for name in ("step_seconds", "forward_seconds", "backward_seconds")
        },
        confidence="likely",
    )


def _exchange(observation: Observation, lost: float) -> Finding:
    first = observation.ranks[0]
    return Finding(
        what=f"The backward pass of {len(observation.ranks)} processes takes {time_of(first.backward_seconds)} of a "
        f"step of {time_of(first.step_seconds or 0.0)}, the forward pass {time_of(first.forward_seconds)}.",
        why="There the gradients of all processes are exchanged, and that takes longer than computing them.",
        fix=Fix(
            "Give each process more work per exchange: a larger batch, or gradients accumulated under no_sync(); "
            f"up to {percent(lost)} of the time can be gained. A small net may be faster in one process."
        ),
        evidence={
            f"observation.ranks.{one.rank}.{name}": getattr(one, name)
            for one in observation.ranks
            for name in ("step_seconds", "forward_seconds", "backward_seconds")
        },
        confidence="likely",
    )
