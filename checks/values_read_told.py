from collections.abc import Iterator

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import NO_GPU, complained, gpu_computes


@check("RUN072", Severity.WARNING, cause="sync-each-step", because_of=NO_GPU)
def values_read_told(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """CPU and GPU wait for each other at each step, by what its reporter sees.

    `.item()`, `.cpu()`, printing a loss and `if loss > x` need a number that the GPU has not computed yet: the
    program waits until all is done, and the GPU then waits for the next call. A profile books the time of the whole
    step under `.item()`, also where little is lost.

    How to mend it: add up on the device, and read every hundred steps.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (avoid unnecessary CPU-GPU
    synchronization).
    """
    found = complained(messages, "sync-each-step")
    if found is None or not gpu_computes(torch, torch_run):
        return
    yield Finding(
        what=f"CPU and GPU wait for each other at each step: {found.quote}.",
        why="Reading a number waits for all work of the GPU, which then stands idle until it gets more.",
        fix=Fix(
            "Add detached losses and hits up on the device and read the sums every hundred steps. Time a part "
            "with torch.cuda.synchronize() before and after it: a profile books the work of others under "
            ".item().",
        ),
        verify="envdoctor bench train.py",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
