from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.observed import time_of
from envdoctor.rules.series import devices, gains, loses, phase, proof, ratio, row, shown

WORTH = 0.05


@check("BEN021", Severity.NOTE, cause="cudnn-benchmark-or-tf32")
def cudnn_benchmark_unfit(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Trying cuDNN's algorithms pays here, or harms.

    `torch.backends.cudnn.benchmark` tries algorithms for each shape of a convolution. With one shape it can pay; with
    many it never ends. Two measurements must agree: the time of whole rounds and the device's own events. It would be
    wrong if the shapes changed from batch to batch: the benchmark's do not.

    How to mend it: switch it on for fixed shapes, off for changing ones; drop the last, smaller batch.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (enable cuDNN auto-tuner).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        found = row(measurements, "ladder.cudnn_benchmark", device)
        if found is None or not (gains(found[1], 1 + WORTH) or loses(found[1], 1 - WORTH)):
            continue
        before, after = phase(found[1], "reference", "device"), phase(found[1], "this", "device")
        better = gains(found[1], 1 + WORTH)
        if before is None or after is None or (after.median < before.median) is not better:
            continue
        yield Finding(
            what=f"On {device} training is {ratio(found[1])} as fast with cudnn.benchmark; by the device's events a "
            f"step takes "
            f"{time_of(after.median)} instead of {time_of(before.median)}.",
            why="Another algorithm is faster for these shapes." if better else "Trying costs more than it finds.",
            fix=Fix(f"Set torch.backends.cudnn.benchmark = {better} where shapes do not change."),
            evidence=shown(measurements, *proof(found[0]), f"{found[0]}.device"),
        )
