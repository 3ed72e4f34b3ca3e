from collections.abc import Iterator

from envdoctor.bench.crossover import BATCH, NET, from_batch, sides
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Explanation, Measured
from envdoctor.rules.observed import time_of
from envdoctor.rules.series import devices, row, shown

CLEARLY = 0.95


@check("BEN016", Severity.WARNING, cause="gpu-slower-small-model")
def gpu_slower_than_cpu(
    measurements: tuple[Measured, ...] | None, explanation: Explanation | None
) -> Iterator[Finding]:
    """The GPU is slower than the CPU at this net and batch.

    A GPU needs many thousand numbers in each operator to be busy. Two measurements must agree: the bare step of the
    map, and the textbook's recipe with its loader. It would be wrong if the GPU were held up by something else: then
    it would lose at every batch and width of the map.

    How to mend it: a larger batch or a wider net (the map says from where on), CUDA graphs, or the CPU.

    Source: https://docs.nvidia.com/deeplearning/performance/dl-performance-gpu-background/index.html (parallelism).
    """
    if measurements is None:
        return
    found = explanation.crossover if explanation is not None else None
    cpu = row(measurements, "ladder.textbook", "cpu")
    if found is None or cpu is None or not cpu[1].images_per_second:
        return
    ours, theirs = sides(found)
    for device in devices(measurements):
        gpu = row(measurements, "ladder.textbook", device)
        here, there = ours.get((NET, BATCH)), theirs.get((NET, BATCH))
        if device == "cpu" or gpu is None or not gpu[1].images_per_second or here is None or there is None:
            continue
        slower = gpu[1].images_per_second < CLEARLY * cpu[1].images_per_second
        if there.where != device or not slower or there.per_image.low <= here.per_image.high:
            continue
        first = {net: from_batch(ours, theirs, net) for net in dict.fromkeys(cell.net for cell in found.cells)}
        wins = ", ".join(f"{net} from batch {batch}" for net, batch in first.items() if batch) or "nowhere on the map"
        yield Finding(
            what=f"{device} trains the textbook's net at batch {BATCH} at {gpu[1].images_per_second:,.0f} images/s, "
            f"the CPU "
            f"at {cpu[1].images_per_second:,.0f}; a bare step takes {time_of(there.per_image.value)} an image against "
            f"{time_of(here.per_image.value)}. The GPU wins: {wins}.",
            why="So small a step is made of the start of its operators, which is slower on a GPU.",
            fix=Fix(f"Use the GPU for larger batches or nets ({wins}), or train this one on the CPU."),
            evidence=shown(measurements, f"{gpu[0]}.images_per_second", f"{cpu[0]}.images_per_second")
            | {"explanation.crossover.title": found.title},
        )
