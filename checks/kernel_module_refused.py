from collections.abc import Iterator

from envdoctor.facts import Host, Message, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works
from envdoctor.rules.told import told

GONE = ("gpu-not-seen", "no-gpus", "no-driver-found", "cuda-not-seen", "cuda-unknown-error")


@check(
    "DRV053", Severity.ERROR, cause="driver-not-loaded", because_of=("VIR051", "VIR053", "VIR054", "DRV003", "DRV054")
)
def kernel_module_refused(
    messages: tuple[Message, ...], host: Host | Unknown, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """The NVIDIA driver is installed, and its kernel module does not load.

    After an update of the kernel the module must be built for it (DKMS, with the kernel's headers). Secure Boot
    refuses a module that nobody signed, nouveau or nova may hold the card, and a card that is too new or too
    old for the driver's branch is left alone. nvidia-smi then cannot communicate with the driver.

    How to mend it: read what the kernel says, rebuild or sign the module, keep nouveau out, and restart.

    Source: https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/;
    https://wiki.debian.org/SecureBoot.
    """
    found = told(messages, "module-refused", "driver-not-communicating", "nodes-missing", "nodes-denied")
    changed = told(messages, "kernel-changed")
    gone = told(messages, *GONE) is not None or (isinstance(torch_run, TorchRun) and torch_run.available is False)
    shown = found or (changed if changed and gone else None)
    if shown is None or cuda_works(torch_run):
        return
    yield Finding(
        what=f"The driver's kernel module does not run: {shown.quote}.",
        why="nvidia-smi and CUDA reach the card through the kernel module; without it they find no driver.",
        fix=_fix(host),
        verify="nvidia-smi",
        confidence=shown.confidence if found else "likely",
        evidence=shown.evidence,
    )


def _fix(host: Host | Unknown) -> Fix:
    if isinstance(host, Host) and host.os == "windows":
        return Fix("Install the newest NVIDIA driver (clean installation), and restart.", (), Risk.REBOOT)
    return Fix(
        "See why the kernel refuses it. Build the module for the running kernel (the kernel's headers must be "
        "installed), sign it or switch Secure Boot off, keep nouveau out, or install the driver branch that knows the "
        "card (Blackwell: the open modules); then restart.",
        (
            "sudo dmesg | grep -i -E 'nvrm|nvidia|nouveau|lockdown'",
            "mokutil --sb-state",
            "dkms status",
            "sudo dkms autoinstall",
            "sudo modprobe nvidia",
        ),
        Risk.NEEDS_ROOT,
    )
