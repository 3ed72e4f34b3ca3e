from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.observed import time_of
from envdoctor.rules.series import DONE, number, proof, ratio, shown, wrap

WORTH = 1.1
PART = 0.2
FEW = 8


@check("BEN031", Severity.NOTE, cause="ddp-no-speedup")
def ddp_no_faster(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Several processes are not faster than one, with loaders held equal.

    What is won by sharing the work can be lost to the exchange of gradients or to batches that became tiny. Two
    measurements must agree: the rounds in turns with one process, and the all-reduce of the gradients alone, or the
    share of images that is left for each process. It would be wrong if the loaders differed: such rows are left out.

    How to mend it: a larger batch for each process, a faster link between them, or one process.

    Source: https://docs.pytorch.org/docs/stable/notes/ddp.html (how DistributedDataParallel exchanges gradients).
    """
    if measurements is None:
        return
    for at, one in enumerate(measurements):
        if one.group != "parallel" or one.verdict != DONE or wrap(one) != "ddp" or one.comparison is None:
            continue
        this, count = one.side(), number(one.values, "processes") or 1
        if (
            one.comparison.verdict == "unstable"
            or one.comparison.high >= WORTH
            or one.values.get("loader_held_equal") is not True
        ):
            continue
        exchange, images = (number(one.values, name) for name in ("gradient_all_reduce_seconds", "images_per_process"))
        step = this.statistics.mean if this is not None and this.statistics is not None else 0.0
        slow = exchange is not None and step > 0 and exchange >= PART * step
        if count < 2 or not (slow or (images is not None and images <= FEW)):  # noqa: PLR2004  # one is no group
            continue
        reason = (
            f"the gradients' all-reduce alone takes {time_of(exchange)} of a step of {time_of(step)}"
            if slow and exchange is not None
            else f"{images:.0f} images a step are left for each process"
        )
        yield Finding(
            what=f"{one.name} on {one.device}: {count:.0f} processes are {ratio(one)} as fast as one, with equal "
            f"loaders; {reason}.",
            why="Exchange and tiny batches cost what sharing the work brings.",
            fix=Fix("Give each process a larger batch, or use one process."),
            evidence=shown(measurements, *proof(at), f"{at}.values.processes"),
        )
