from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.observed import percent, time_of
from envdoctor.rules.series import level, per_image, shown

FULL = 0.95
SLOWER = 3.0
POINTS = 3


@check("BEN029", Severity.WARNING, cause="oom")
def gpu_memory_spills(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Training comes near the end of the GPU's memory, and slows down there.

    Windows' driver then moves tensors to the host's memory without an error, and every step waits for copies. Two
    observations must agree: nearly all of the card's memory is in use, and an image of the largest batch takes
    several times as long as one of the batch before. It would be wrong if the largest batch merely ran without
    trouble.

    How to mend it: a smaller batch, half precision, or checkpointing of activations; end other programs on the card.

    Source: https://docs.pytorch.org/docs/stable/torch_cuda_memory.html (what holds the memory).
    """
    if measurements is None:
        return
    for at, one in enumerate(measurements):
        if one.group != "memory" or one.device == "cpu" or one.usage is None:
            continue
        used, total = level(one, "gpu_memory_used_bytes"), one.usage.gpu_memory_total_bytes
        costs = per_image(one.values)
        if used is None or not total or used.maximum < FULL * total or len(costs) < POINTS:
            continue
        batch, last = costs[-1]
        before = min(seconds for _, seconds in costs[:-1])
        if last < SLOWER * before:
            continue
        yield Finding(
            what=f"In {one.name} {percent(used.maximum / total)} of the memory of {one.device} is in use, and at "
            f"batch {batch} an "
            f"image takes {time_of(last)} instead of {time_of(before)}.",
            why="What does not fit is kept in the host's memory, and every step waits for copies.",
            fix=Fix(f"Stay below batch {batch}, or use half precision or checkpointing."),
            evidence=shown(measurements, f"{at}.usage.gpu_memory_total_bytes", f"{at}.name", f"{at}.device"),
            confidence="likely",
        )
