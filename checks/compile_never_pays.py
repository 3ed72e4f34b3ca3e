from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.observed import time_of
from envdoctor.rules.series import devices, gains, proof, ratio, row, shown

LONG = 20.0
HOUR = 3600.0


@check("BEN025", Severity.NOTE, cause="cold-start-compile")
def compile_never_pays(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Compiling costs more than the steps after it save.

    torch.compile writes and compiles code at the first step. Two measurements must agree: a first step that takes
    many times as long as the reference's, and later steps that save so little that an hour of them does not pay for
    it. It would be wrong if the cache of compiled code were filled before: then the first step is short.

    How to mend it: leave torch.compile out for short runs, or keep its cache (TORCHINDUCTOR_CACHE_DIR).

    Source: https://docs.pytorch.org/tutorials/recipes/torch_compile_caching_tutorial.html (compile time caching).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        found = row(measurements, "ladder.compile", device)
        this, beside = (found[1].side(), found[1].side("reference")) if found is not None else (None, None)
        if found is None or this is None or beside is None or this.statistics is None or beside.statistics is None:
            continue
        first, other = this.first_step_seconds, beside.first_step_seconds
        if first is None or other is None or first < LONG * other or first < 1:
            continue
        saved = beside.statistics.mean - this.statistics.mean
        needed = first / saved * beside.statistics.mean if gains(found[1], 1.0) and saved > 0 else None
        if needed is not None and needed < HOUR:
            continue
        after = "no number of steps pays for it" if needed is None else f"it pays after {time_of(needed)} of training"
        yield Finding(
            what=f"On {device} the first step takes {time_of(first)} with torch.compile and {time_of(other)} "
            f"without; the "
            f"others are {ratio(found[1])} as fast, so {after}.",
            why="The first step pays for writing and compiling code.",
            fix=Fix("Leave torch.compile out for runs as short as this, or keep its cache between runs."),
            evidence=shown(measurements, *proof(found[0]), f"{found[0]}.device"),
        )
