from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.series import DONE, devices, gains, proof, ratio, row, shown

SLOWER = 1.3
WORTH = 1.25


@check("BEN013", Severity.WARNING, cause="loader-bound")
def loader_slower_than_step(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """The loader alone takes longer than the training step alone.

    Two measurements must agree: alone, the loader needs more time for a batch than the net for learning from it; and
    with the images in memory the textbook's recipe is clearly faster in every round. It would be wrong if workers
    were to blame, which has a finding of its own, or if other programs held up the loader alone.

    How to mend it: more loader workers at a larger batch, cheaper augmentation, or the decoded data in memory.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (asynchronous data loading).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        memory = row(measurements, "ladder.data_in_memory", device)
        without = row(measurements, "ladder.workers_0", device)
        slow = [
            (at, one, load.statistics.mean / step.statistics.mean)
            for at, one in enumerate(measurements)
            if one.group == "loader" and one.device == device and one.verdict == DONE
            for load, step in [(one.side("loader"), one.side("step"))]
            if load is not None and step is not None and load.statistics is not None and step.statistics is not None
            and step.statistics.mean > 0 and load.statistics.mean >= SLOWER * step.statistics.mean
        ]  # fmt: skip
        if memory is None or not slow or not gains(memory[1], WORTH) or (without and gains(without[1], WORTH)):
            continue
        at, one, times = max(slow, key=lambda found: found[2])
        yield Finding(
            what=f"On {device} the loader of {one.name} takes {times:.1f} times as long for a batch as the net for its "
            f"step; with the images in memory training is {ratio(memory[1])} as fast.",
            why="The net waits for its data.",
            fix=Fix("Load with more processes, augment less per image, or keep the decoded images in memory."),
            evidence=shown(measurements, f"{at}.name", f"{at}.device", *proof(memory[0])),
        )
