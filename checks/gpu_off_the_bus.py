from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check(
    "GPU051",
    Severity.ERROR,
    cause="gpu-fault",
    because_of=(
        "GPU001",
        "DRV054",
        "VIR054",
    ),
)
def gpu_off_the_bus(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The driver has lost a GPU: it fell off the bus, or does not start.

    A card that no longer answers on PCIe stays lost until the machine is restarted. Behind it stand power
    (supply, cables), heat, a riser or slot, or a dying card; rarely the driver.

    How to mend it: restart; if it comes back, look at power, heat and seat, and try the card in another slot.

    Source: https://docs.nvidia.com/deploy/xid-errors/ (79, 61, 62, 109, 119, 154); NVML_ERROR_GPU_IS_LOST.
    """
    found = told(messages, "gpu-lost", "smi-empty")
    if found is None:
        return
    yield Finding(
        what=f"A GPU does not answer the driver: {found.quote}.",
        why="The driver cannot reach the card over PCIe any more, so no program can.",
        fix=Fix(
            "Switch the machine off and on. If it comes back, look at the power cables, the heat and the "
            "seat of the card, lower the power limit, and try another slot. Until then leave the card out "
            "with CUDA_VISIBLE_DEVICES.",
            (
                "sudo dmesg | grep -i -E 'xid|nvrm'",
                "sudo reboot",
            ),
            Risk.REBOOT,
        ),
        verify="nvidia-smi -L",
        confidence=found.confidence,
        evidence=found.evidence,
    )
