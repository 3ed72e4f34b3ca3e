from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check(
    "DRV055",
    Severity.ERROR,
    cause="driver-wedged",
    because_of=(
        "GPU051",
        "DRV005",
    ),
)
def driver_answers_no_more(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A program that asks the driver hangs or is killed by its deadline.

    The kernel module waits for a card that no longer answers (a GSP firmware that stopped, a fault of the card,
    a driver with a known bug after long uptime). Each further program that asks it joins the queue and cannot
    be killed.

    How to mend it: restart the machine, switched off and on if a warm restart hangs; then update the driver.

    Source: https://docs.nvidia.com/deploy/xid-errors/ (119, 120);
    https://github.com/NVIDIA/open-gpu-kernel-modules/issues/971.
    """
    found = told(messages, "driver-hangs")
    if found is None:
        return
    yield Finding(
        what=f"The driver answers no more: {found.quote}.",
        why="A program waits in the kernel for the driver, and the driver waits for the card.",
        fix=Fix(
            "Restart the machine (switch it off if it does not go down), then update the NVIDIA driver. "
            "Look in the kernel log for Xid first: it says which card it was.",
            (
                "sudo dmesg | grep -i -E 'xid|nvrm'",
                "sudo reboot",
            ),
            Risk.REBOOT,
        ),
        verify="timeout 20 nvidia-smi",
        confidence=found.confidence,
        evidence=found.evidence,
    )
