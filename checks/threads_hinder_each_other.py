from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Explanation, Measured
from envdoctor.rules.observed import time_of
from envdoctor.rules.series import loses, many_are_faster, many_are_slower, proof, ratio, row, shown

SLOWER = 0.9
TAIL = 3.0
ENOUGH = 2
"""Places of the map that must agree."""


@check("BEN027", Severity.WARNING, cause="cpu-threads-oversubscribed", because_of=("BEN028",))
def threads_hinder_each_other(
    measurements: tuple[Measured, ...] | None, explanation: Explanation | None
) -> Iterator[Finding]:
    """As many threads as torch takes by itself are slower than one, or torch takes one by accident.

    Threads meet at a barrier in every operator, and spin there while their partner has no CPU; a single thread leaves
    CPUs idle. Two measurements must agree: the recipe in turns with one thread, and the bare steps of the map, or the
    long steps among short ones. It would be wrong if the rounds of the map overlapped: then nothing is said.

    How to mend it: OMP_NUM_THREADS or torch.set_num_threads with what the table shows to be faster.

    Source: https://docs.pytorch.org/docs/stable/notes/cpu_threading_torchscript_inference.html (tuning the number).
    """
    if measurements is None:
        return
    found = row(measurements, "ladder.threads_default", "cpu")
    if found is None or found[1].threads is None:
        return
    (at, one), threads = found, found[1].threads
    cells = explanation.crossover.cells if explanation is not None and explanation.crossover is not None else ()
    usable = int(min(one.before.cpus or 1, one.before.quota_cpus or one.before.cpus or 1))
    many, single = one.side(), one.side("reference")
    if threads > 1 and loses(one, SLOWER) and many and single and many.statistics and single.statistics:
        tail = many.statistics.median > 0 and many.statistics.p95 >= TAIL * many.statistics.median
        if not tail and not many_are_slower(cells):
            return
        yield Finding(
            what=f"With torch's own {threads} threads training is {ratio(one)} as fast as with 1: a step takes "
            f"{time_of(many.statistics.mean)} in the mean against {time_of(single.statistics.mean)}.",
            why="Threads wait for each other at every operator, and spin while the partner has no CPU.",
            fix=Fix(
                "Set OMP_NUM_THREADS=1 for nets this small or while other programs run.", ("export OMP_NUM_THREADS=1",)
            ),
            evidence=shown(measurements, *proof(at), f"{at}.threads", f"{at}.before.load", f"{at}.before.cpus"),
        )
    elif threads == 1 and usable > 1 and many_are_faster(cells) >= ENOUGH:
        yield Finding(
            what=f"torch takes 1 thread by itself where {usable} CPUs may be used; with more the bare steps of the "
            f"map are "
            f"faster at {many_are_faster(cells)} of its larger places.",
            why="A single thread leaves the other CPUs idle.",
            fix=Fix(
                f"Set OMP_NUM_THREADS={usable}, and look for what sets it to 1.", (f"export OMP_NUM_THREADS={usable}",)
            ),
            evidence=shown(measurements, f"{at}.threads", f"{at}.before.cpus", f"{at}.before.quota_cpus"),
        )
