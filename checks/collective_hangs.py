from collections.abc import Iterator

from envdoctor.facts import Gpu, Message, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import Told, told

USELESS = ("no effect", "does not help", "didn't help", "didnt help")


@check("RUN054", Severity.ERROR, cause="nccl-or-network", because_of=("RUN053", "SYS054", "DRV055", "DRV056", "GPU051"))
def collective_hangs(
    messages: tuple[Message, ...], gpus: tuple[Gpu, ...] | Unknown, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """A run on several GPUs hangs in its first exchange, or a collective runs out of time.

    GPUs exchange data directly over PCIe (P2P) where the driver believes that they can. IOMMU, access control
    (ACS), some boards and patched drivers break this: the first all-reduce then waits forever, without a word.
    Another rank that crashed, diverged or loads data longer than the timeout looks the same.

    How to mend it: try NCCL_P2P_DISABLE=1; if it helps, switch IOMMU or ACS off; else look at every rank's log.

    Source: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html (PCI access control
    services); https://github.com/NVIDIA/nccl/issues/257.
    """
    off = told(messages, "p2p-off")
    useless = off is not None and (off.value("effect") or "").lower() in USELESS
    found = _found(messages, off, useless=useless, several=_several(gpus, torch_run))
    if found is None:
        return
    helped = off is not None and not useless
    yield Finding(
        what=f"The processes of the run wait for each other: {found.quote}.",
        why="Switching direct exchange between the GPUs off changes it, so that way is broken on this machine."
        if helped
        else "The exchange between the GPUs or nodes does not come to an end.",
        fix=Fix(
            "Run with NCCL_DEBUG=INFO, and once with NCCL_P2P_DISABLE=1. If that helps, keep it, or mend "
            "the cause: switch "
            "the IOMMU off (iommu=off or iommu=pt) or ACS on the bridges between the GPUs, update the "
            "driver, take out a "
            "patched one. If not, see whether one rank ended or takes another way (py-spy dump).",
            ("export NCCL_DEBUG=INFO", "export NCCL_P2P_DISABLE=1", "nvidia-smi topo -p2p r", "cat /proc/cmdline"),
            Risk.SAFE,
        ),
        severity=Severity.WARNING if useless else Severity.ERROR,
        verify="nvidia-smi topo -p2p r",
        confidence=found.confidence if found.message.sign == "collective-timeout" else "likely",
        evidence=found.evidence | (off.evidence if off else {}),
    )


def _found(messages: tuple[Message, ...], off: Told | None, *, useless: bool, several: bool) -> Told | None:
    """Return what shows it: a timeout, a hang between GPUs, or that it depends on the way between them."""
    found = told(messages, "collective-timeout", "collective-hangs")
    silent = told(messages, "hangs") if several or off or told(messages, "p2p-broken") else None
    return found or silent or (off if off and not useless and off.value("effect") else None)


def _several(gpus: tuple[Gpu, ...] | Unknown, run: TorchRun | None | Unknown) -> bool:
    listed = 0 if isinstance(gpus, Unknown) else len(gpus)
    seen = run.device_count if isinstance(run, TorchRun) and isinstance(run.device_count, int) else 0
    return max(listed, seen) > 1
