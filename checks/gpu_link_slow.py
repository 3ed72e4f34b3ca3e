from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import told_or_complained


@check("GPU061", Severity.WARNING, cause="pcie-or-numa")
def gpu_link_slow(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The way to a GPU, or between two, is narrow, long or blocked.

    Batches travel over PCIe: a card in a narrow slot, on the far processor, or behind a bridge with access
    control (ACS, IOMMU) gets them slowly, and peers cannot exchange gradients directly. Idle cards show a low
    link speed: judge under load only.

    How to mend it: look at the topology and the link under load; change the slot, bind the process to the near
    processor, or switch ACS off.

    Source: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html (PCI access control
    services).
    """
    found = told_or_complained(messages, "pcie-or-numa", "link-narrow", "p2p-broken")
    if found is None:
        return
    yield Finding(
        what=f"The link to the GPU is slower than it could be: {found.quote}.",
        why="Copies to the GPU and between GPUs take longer than the work between them.",
        fix=Fix(
            "Look at link and topology while the program runs; use a wide slot, bind the process to the "
            "GPU's own NUMA node, and see whether ACS or the IOMMU redirects traffic between the cards.",
            (
                "nvidia-smi topo -m",
                "nvidia-smi --query-gpu=pcie.link.gen.current,pcie.link.width.current --format=csv -l 2",
                "numactl --cpunodebind=0 --membind=0 python train.py",
            ),
        ),
        verify="nvidia-smi topo -m",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
