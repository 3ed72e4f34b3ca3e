from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import lost_to_reads, percent, reads_per_step, shown


@check("BEN004", Severity.WARNING, cause="sync-each-step")
def values_read_each_step(observation: Observation | None) -> Iterator[Finding]:
    """Values are read out of tensors in every step.

    `.item()`, `.cpu()`, `.tolist()`, `.numpy()`, `float()` and `if tensor:` wait until a GPU has finished all
    its work. On the CPU nobody waits, so reading a value or two is only noted; hundreds of them cost time there too.
    It would be wrong if the lines that read took no share of the time: then it is a note.

    How to mend it: sum losses as tensors with detach() and read them every hundredth step; count with tensors.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (avoid unnecessary synchronization).
    """
    if observation is None:
        return
    reads = [one for one in observation.reads if one.per_step >= 0.9]  # noqa: PLR2004  # in every step
    if not reads or not observation.steps:
        return
    lost = lost_to_reads(observation)
    gained = f"up to {percent(lost)} of the time is gained" if lost else "on a GPU each reading makes the CPU wait"
    yield Finding(
        what=f"{reads[0].place} reads values out of tensors in every step, {reads_per_step(observation):.3g} in all.",
        why="Each reading waits for the device and costs a call that computes nothing.",
        fix=Fix(f"Add up detached tensors and read them every hundredth step: {gained}."),
        evidence=shown(observation, "parts.read", "seconds", "reads"),
        severity=Severity.WARNING if lost else Severity.NOTE,
        confidence="likely",
    )
