from collections.abc import Iterator

from envdoctor.facts import Driver, Message, Platform, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.surroundings import NO_CARD, hypervisor_of
from envdoctor.rules.told import told


@check("VIR054", Severity.ERROR, cause="vm-no-passthrough", because_of=("ENV061", "VIR002"))
def guest_without_gpu(
    messages: tuple[Message, ...], platform: Platform | Unknown, driver: Driver | None | Unknown
) -> Iterator[Finding]:
    """A virtual machine has only a virtual graphics card.

    A guest under VMware, VirtualBox, Hyper-V or QEMU sees the card that the hypervisor pretends to have; the
    host's NVIDIA card is not in it unless it is passed through, and no driver installed in the guest changes
    that. VMware Workstation, Player and VirtualBox cannot pass a card through.

    How to mend it: pass the card through on a hypervisor that can, or run on the host; on Windows WSL 2 has the
    GPU.

    Source: https://docs.nvidia.com/vgpu/; https://learn.microsoft.com/windows-server/virtualization/hyper-v/
    (plan for GPU acceleration).
    """
    guest = hypervisor_of(platform, driver)
    adapter = told(messages, "vm-adapter", "vgpu-licence")
    empty = told(messages, *NO_CARD, "vm-guest", "module-refused", "vm-adapter") if guest else None
    found = adapter or empty
    if found is None:
        return
    yield Finding(
        what=f"{f'This guest ({guest})' if guest else 'A virtual machine'} has no NVIDIA card: {found.quote}.",
        why="A guest sees the virtual card of its hypervisor; the host's card must be handed to it as a whole.",
        fix=Fix(
            "Run on the host (on Windows: WSL 2 has the GPU), or pass the card through: Hyper-V (discrete device "
            "assignment, Windows Server), ESXi, Proxmox or KVM with VFIO. VMware Workstation and VirtualBox cannot.",
            ("lspci -nn | grep -i -E 'vga|3d|nvidia'",),
        ),
        verify="lspci -nn | grep -i nvidia",
        confidence=found.confidence if adapter else "likely",
        evidence=found.evidence | ({"platform.vm": guest} if guest else {}),
    )
