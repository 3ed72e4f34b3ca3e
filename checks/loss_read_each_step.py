from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.series import DONE, devices, gains, proof, ratio, row, shown

WORTH = 1.1


@check("BEN017", Severity.WARNING, cause="sync-each-step")
def loss_read_each_step(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Reading the loss at every step makes CPU and GPU wait for each other.

    `loss.item()` waits until the GPU has done all, and the GPU then waits for the next call. Two measurements must
    agree: the textbook's recipe and the small nets of the group `sync`, each faster in every round where the loss is
    not read. It would be wrong on a CPU, where nothing waits: there both are noise.

    How to mend it: add losses up on the device, and read the sum every hundred steps.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (avoid unnecessary CPU-GPU
    synchronization).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        first = row(measurements, "ladder.loss_never_read", device)
        others = [
            (at, one)
            for at, one in enumerate(measurements)
            if one.group == "sync" and one.device == device and one.verdict == DONE and gains(one, WORTH)
        ]
        if first is None or not gains(first[1], WORTH) or not others:
            continue
        yield Finding(
            what=f"On {device} the textbook's recipe is {ratio(first[1])} as fast if the loss is not read at each "
            f"step; "
            f"{others[0][1].name}: {ratio(others[0][1])}.",
            why="Reading a number waits for the device, and the device then waits for the next call.",
            fix=Fix("Add the detached loss up on the device, and read it every hundred steps."),
            evidence=shown(measurements, *proof(first[0]), *proof(others[0][0])),
        )
