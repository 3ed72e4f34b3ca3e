from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check(
    "GPU053",
    Severity.ERROR,
    cause="mig-or-exclusive-mode",
    because_of=("GPU003",),
)
def gpu_closed(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The GPU shuts this process out: exclusive mode, or MIG without an instance for it.

    In the compute mode "exclusive process" one program holds the GPU; every other one is told that all devices
    are busy or unavailable. With MIG on, CUDA uses one instance per process, the one that CUDA_VISIBLE_DEVICES
    names, and none if no instance was made. A dead process that still holds the card, and a virtual GPU without
    a licence, look the same.

    How to mend it: set the compute mode to default, or name one MIG instance.

    Source: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/; CUDA runtime API,
    cudaErrorDevicesUnavailable.
    """
    found = told(messages, "devices-busy", "device-count-wrong", "mig")
    if found is None:
        return
    yield Finding(
        what=f"The GPU is there and closed to this process: {found.quote}.",
        why="Another process holds it exclusively, or it is split into MIG instances of which none was given "
        "to this process.",
        fix=Fix(
            "See the compute mode, MIG and who computes. Then set the mode to default, or name one MIG "
            "instance (its UUID stands in nvidia-smi -L): CUDA_VISIBLE_DEVICES=MIG-...",
            (
                "nvidia-smi --query-gpu=index,compute_mode,mig.mode.current --format=csv",
                "nvidia-smi -L",
                "sudo nvidia-smi -c 0",
            ),
            Risk.NEEDS_ROOT,
        ),
        verify='python -c "import torch; print(torch.cuda.is_available())"',
        confidence=found.confidence,
        evidence=found.evidence,
    )
