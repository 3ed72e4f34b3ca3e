from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Explanation, Measured
from envdoctor.rules.observed import percent, time_of
from envdoctor.rules.series import attributions, gains, part, proof, ratio, row, shown

SHARE = 0.2
NEAR = 0.4
"""Share of the fixed cost that calls of the smallest operator must make up: those of a net are somewhat dearer."""
WORTH = 1.25


@check("BEN015", Severity.WARNING, cause="gpu-slower-small-model")
def calls_outweigh_arithmetic(
    measurements: tuple[Measured, ...] | None, explanation: Explanation | None
) -> Iterator[Finding]:
    """A step's calls cost more than its arithmetic: the batch or the net is too small.

    Starting an operator costs microseconds, whatever its size. The line through batches 1 to 256 gives the fixed cost
    of a step; a second measurement must agree: operators times the time of a call, or a larger batch that is faster
    in every round. It would be wrong if the fixed cost were something else than calls and a larger batch gained
    nothing.

    How to mend it: a larger batch with a scaled learning rate, a fused optimizer, CUDA graphs or torch.compile.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (fuse operations).
    """
    if measurements is None:
        return
    for at, one in attributions(explanation):
        share, fit = part(one, "dispatch"), one.fit
        if share is None or fit is None or share[1].low < SHARE or fit.equal_batch.low <= one.batch:
            continue
        calls = (fit.operators or 0) * (fit.dispatch or 0.0)
        graph = row(measurements, "ladder.cuda_graph", one.device)
        larger = graph if graph and gains(graph[1], WORTH) else row(measurements, "ladder.batch_32", one.device)
        explained = NEAR <= calls / fit.fixed.value <= 1 / NEAR if fit.fixed.value > 0 else False
        if not explained and not (larger and gains(larger[1], WORTH)):
            continue
        proved = f"{fit.operators} operators at {(fit.dispatch or 0) * 1e6:.2g} us each are {time_of(calls)}"
        proved = proved if explained else f"{larger[1].name} is {ratio(larger[1])} as fast" if larger else ""
        yield Finding(
            what=f"On {one.device} a step costs {time_of(fit.fixed.value)} whatever its batch, more than the "
            f"arithmetic "
            f"until about batch {fit.equal_batch.value:.0f}; at batch {one.batch} that is {percent(share[1].value)} "
            f"of its "
            f"time ({proved}).",
            why="While operators are that small, a step of more images takes hardly longer.",
            fix=Fix(f"Use a batch well above {fit.equal_batch.value:.0f} and scale the learning rate with it."),
            evidence={
                f"explanation.attribution.{at}.fit.fixed.value": fit.fixed.value,
                f"explanation.attribution.{at}.fit.equal_batch.value": fit.equal_batch.value,
                f"explanation.attribution.{at}.batch": one.batch,
                f"explanation.attribution.{at}.parts.{share[0]}.share.value": share[1].value,
                **(shown(measurements, *proof(larger[0])) if larger else {}),
            },
            confidence="proved" if explained else "likely",
        )
