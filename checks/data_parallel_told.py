from collections.abc import Iterator

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import SLOWING, complained, gpu_computes


@check("RUN078", Severity.WARNING, cause="dp-slower", because_of=SLOWING)
def data_parallel_told(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """DataParallel is no faster than one GPU, by what its reporter measures.

    It copies the net to every GPU at each step and gathers the results on the first, in one process whose threads
    take turns. With small batches or large nets that costs more than is gained.

    How to mend it: torchrun with DistributedDataParallel.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.DataParallel.html (the recommendation to use
    DDP).
    """
    found = complained(messages, "dp-slower")
    if found is None or not gpu_computes(torch, torch_run):
        return
    yield Finding(
        what=f"DataParallel is no faster than one GPU: {found.quote}.",
        why="It copies the net to every GPU at each step, from one process whose threads take turns.",
        fix=Fix(
            "Start one process per GPU with torchrun and wrap the net in DistributedDataParallel; keep the "
            "batch of each GPU as large as it was for one.",
            ("torchrun --nproc-per-node=2 train.py",),
        ),
        verify="envdoctor bench --only parallel",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
