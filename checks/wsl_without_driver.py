from collections.abc import Iterator

from envdoctor.facts import Message, Platform, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import wsl_of
from envdoctor.rules.surroundings import NO_CARD
from envdoctor.rules.told import Told, told

OWN = ("wsl-blocked", "wsl-driver-inside", "wsl-device-missing", "wsl-libcuda")


@check("VIR053", Severity.ERROR, cause="wsl-driver", because_of=("ENV061", "DRV051", "VIR003", "VIR004", "VIR005"))
def wsl_without_driver(messages: tuple[Message, ...], platform: Platform | Unknown) -> Iterator[Finding]:
    """A program in WSL does not reach the GPU of Windows.

    WSL 1 has no GPU. WSL 2 has the one of Windows, through /dev/dxg and the libcuda that the Windows driver
    puts into /usr/lib/wsl/lib. An NVIDIA driver for Linux inside WSL, an old Windows or an old Windows driver
    breaks this: no driver is found, libcuda is missing, or the GPU is blocked by the operating system.

    How to mend it: use WSL 2, update it and the NVIDIA driver on Windows, and remove every NVIDIA driver inside
    WSL.

    Source: https://docs.nvidia.com/cuda/wsl-user-guide/;
    https://learn.microsoft.com/windows/wsl/install-manual.
    """
    found = _found(messages, platform)
    if found is None:
        return
    version = wsl_of(platform)
    old = version == 1 or found.message.sign == "wsl-version"
    yield Finding(
        what=f"{'WSL 1' if old else 'WSL'} does not reach the GPU of Windows: {found.quote}.",
        why="WSL 1 runs no Linux kernel and has no GPU."
        if old
        else "Programs in WSL use the driver of Windows, which is hidden, missing or too old here.",
        fix=Fix(
            "In PowerShell on Windows: convert the distribution to WSL 2 if it is WSL 1, update WSL, and install the "
            "newest NVIDIA driver on Windows. Inside WSL remove what a driver for Linux left (packages "
            "nvidia-driver-*, "
            "libnvidia-compute-*), and keep /usr/lib/wsl/lib on the library path.",
            ("wsl --list --verbose", "wsl --set-version DISTRIBUTION 2", "wsl --update", "wsl --shutdown"),
            Risk.NEEDS_ROOT,
        ),
        verify="/usr/lib/wsl/lib/nvidia-smi",
        confidence=found.confidence if found.message.sign in OWN or version == 1 else "likely",
        evidence=found.evidence | ({"platform.wsl": version} if version else {}),
    )


def _found(messages: tuple[Message, ...], platform: Platform | Unknown) -> Told | None:
    """Return what shows it: words that only WSL gives rise to, or in WSL that no GPU is reached."""
    own = told(messages, *OWN)
    if own or wsl_of(platform) is None:
        return own
    signs = (*NO_CARD, "wsl-smi-error", "driver-not-communicating", "module-refused", "container-refused-gpu")
    return told(messages, *signs) or (told(messages, "wsl-version") if wsl_of(platform) == 1 else None)
