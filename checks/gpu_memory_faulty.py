from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("GPU052", Severity.ERROR, cause="gpu-fault", because_of=("GPU002",))
def gpu_memory_faulty(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A GPU reports errors of its memory or of its hardware.

    Errors that ECC could not correct end the program that met them and may come back. Row remapping that is
    pending needs a reset; one that failed means that the card must be replaced.

    How to mend it: end the programs on the card and reset it or restart; have a card replaced whose errors come
    back.

    Source: https://docs.nvidia.com/deploy/xid-errors/ (48, 63, 64, 94, 95);
    https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/.
    """
    found = told(messages, "gpu-memory-faulty")
    if found is None:
        return
    yield Finding(
        what=f"A GPU reports a fault of its own: {found.quote}.",
        why="The card's memory or a part of the chip is damaged, and results on it cannot be trusted.",
        fix=Fix(
            "Look at the counters, end the programs on that GPU and reset it (or restart the machine). If "
            "the errors come back or remapping failed, have the card replaced.",
            (
                "nvidia-smi -q -d ECC,ROW_REMAPPER,PAGE_RETIREMENT",
                "sudo nvidia-smi --gpu-reset -i 0",
            ),
            Risk.NEEDS_ROOT,
        ),
        verify="nvidia-smi -q -d ECC",
        confidence=found.confidence,
        evidence=found.evidence,
    )
