from collections.abc import Iterator

from envdoctor.facts import Message, Platform, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import wsl_of
from envdoctor.rules.told import Told, told


@check("DRV051", Severity.ERROR, cause="driver-too-old", because_of=("VIR004", "DRV054"))
def driver_reported_too_old(messages: tuple[Message, ...], platform: Platform | Unknown) -> Iterator[Finding]:
    """A program says that the NVIDIA driver is too old for it.

    A driver runs programs of its own CUDA generation and of older ones. PyTorch names the newest CUDA that the
    driver knows as a number: 11040 is CUDA 11.4. Containers and CUDA libraries say the same in their own words.

    How to mend it: update the driver, or install a build of PyTorch for the CUDA that the driver knows. On WSL
    the driver is the one of Windows.

    Source: https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/ (tables 2 and 3);
    https://docs.nvidia.com/deploy/cuda-compatibility/.
    """
    found = told(messages, "driver-too-old")
    if found is None:
        return
    place = " on Windows" if wsl_of(platform) else ""
    yield Finding(
        what=f"The NVIDIA driver is too old for this program{_known(found)}: {found.quote}.",
        why="A program of a newer CUDA generation does not start on an older driver, so it finds no GPU.",
        fix=Fix(
            f"Update the NVIDIA driver{place}, or install a PyTorch build that this driver runs: CUDA 13 needs driver "
            "580, CUDA 12 needs 525.60.13 (Windows 528.33), CUDA 11 needs 450.80.02 (Windows 452.39). In a container "
            "it is the host's driver.",
            (INSTALL,),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify='python -c "import torch; print(torch.version.cuda, torch.cuda.is_available())"',
        confidence=found.confidence,
        evidence=found.evidence,
    )


def _known(found: Told) -> str:
    """Say what the number in PyTorch's message means: major * 1000 + minor * 10."""
    number = found.value("found")
    if number is None or not number.isdigit():
        return ""
    return f": it knows CUDA {int(number) // 1000}.{int(number) % 1000 // 10}"
