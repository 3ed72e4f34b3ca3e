from collections.abc import Iterator

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import SLOWING, complained, gpu_computes


@check("RUN071", Severity.WARNING, cause="loader-bound", because_of=SLOWING)
def loader_bound_told(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """Training waits for its data, by what its reporter sees.

    A GPU that is hardly used beside a CPU that is full, or time that goes into the DataLoader, means that batches
    are read, decoded and augmented more slowly than they are computed. With num_workers=0 the loop does all that
    itself, between two steps.

    How to mend it: use loader workers, decode and augment less for each image, keep small copies on a local disk.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (asynchronous data loading).
    """
    found = complained(messages, "loader-bound")
    if found is None or not gpu_computes(torch, torch_run):
        return
    yield Finding(
        what=f"Training waits for its data: {found.quote}.",
        why="The GPU computes nothing while the next batch is read, decoded and augmented.",
        fix=Fix(
            "Time the loader alone: if it is no faster than training, give it workers (num_workers near the "
            "number of CPUs, pin_memory=True, persistent_workers=True), decode and augment less, and keep "
            "resized images on a local disk.",
        ),
        verify="envdoctor bench train.py",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
