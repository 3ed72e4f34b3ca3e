from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.series import DONE, loses, proof, ratio, shown, wrap

SLOWER = 0.95


@check("BEN033", Severity.NOTE, cause="dp-slower")
def data_parallel_slower(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """DataParallel is slower than one GPU.

    It copies the net to every GPU at each step and gathers the results on the first, in one process whose threads
    take turns. Two measurements must agree: in turns with one GPU it loses in every round, and
    DistributedDataParallel on the same GPUs is faster than it. It would be wrong if both lost alike: then the
    exchange is slow, not the method.

    How to mend it: torchrun with DistributedDataParallel.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.DataParallel.html (the recommendation to use DDP).
    """
    if measurements is None:
        return
    for at, one in enumerate(measurements):
        if one.group != "parallel" or one.verdict != DONE or wrap(one) != "data_parallel" or not loses(one, SLOWER):
            continue
        better = [
            (place, other)
            for place, other in enumerate(measurements)
            if other.group == "parallel"
            and other.verdict == DONE
            and wrap(other) == "ddp"
            and other.device == one.device
            if other.comparison is not None
            and one.comparison is not None
            and other.comparison.low > one.comparison.high
        ]
        if not better:
            continue
        place, other = better[0]
        yield Finding(
            what=f"{one.name}: DataParallel is {ratio(one)} as fast as one GPU; DistributedDataParallel on the same "
            f"GPUs is "
            f"{ratio(other)} as fast.",
            why="DataParallel copies the net to every GPU at each step, from one process.",
            fix=Fix("Start one process per GPU with torchrun, and wrap the net in DistributedDataParallel."),
            evidence=shown(measurements, *proof(at), *proof(place)),
        )
