from collections.abc import Iterator

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import SLOWING, complained, gpu_computes


@check("RUN079", Severity.WARNING, cause="ddp-no-speedup", because_of=SLOWING)
def ddp_no_faster_told(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """Several GPUs are no faster than one, by what their reporter measures.

    Each process must have its share of the data, its own loader workers and CPUs, and enough work between two
    exchanges of gradients. Where every process runs the whole epoch, shares a loader or a slow link, nothing is
    gained. A step that takes as long as on one GPU is right: there are fewer of them.

    How to mend it: compare samples per second; DistributedSampler, more work per exchange, enough CPUs per process.

    Source: https://docs.pytorch.org/tutorials/intermediate/ddp_tutorial.html;
    https://docs.pytorch.org/docs/stable/notes/ddp.html.
    """
    found = complained(messages, "ddp-no-speedup")
    if found is None or not gpu_computes(torch, torch_run):
        return
    yield Finding(
        what=f"Several GPUs gain nothing: {found.quote}.",
        why="Exchanging gradients, too slow a loader, or all data in every process eat up what more GPUs compute.",
        fix=Fix(
            "Compare samples per second of all processes. Use DistributedSampler, keep the batch of each GPU, "
            "share the CPUs out among the loaders, exchange less often (no_sync with gradient accumulation), "
            "and look at the link between the GPUs.",
            ("nvidia-smi topo -m",),
        ),
        verify="envdoctor bench --only parallel",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
