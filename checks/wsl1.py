from collections.abc import Iterator

from envdoctor.facts import Platform, Torch, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import wants_cuda


@check("VIR003", Severity.ERROR, cause="wsl-driver")
def wsl1(platform: Platform, torch: Torch | None | Unknown) -> Iterator[Finding]:
    """WSL 1 has no GPU.

    WSL 1 translates Linux calls and runs no Linux kernel, so no driver can reach a GPU from it; PyTorch
    says "Found no NVIDIA driver". WSL 2 runs a kernel and shares the GPU of Windows.

    How to mend it: convert the distribution to WSL 2, in PowerShell on Windows.

    Source: https://learn.microsoft.com/windows/wsl/compare-versions.
    """
    if platform.wsl != 1:
        return
    wanted = wants_cuda(torch)
    yield Finding(
        what="This is WSL 1, where no GPU can be used"
        + (f"; PyTorch {torch.version} is a CUDA build." if wanted and isinstance(torch, Torch) else "."),
        why="WSL 1 has no Linux kernel that a GPU driver could talk to.",
        fix=Fix(
            "In PowerShell on Windows, convert the distribution to WSL 2; the conversion copies its disk, so save "
            "important files first. Put the name that the first command shows in place of DISTRIBUTION.",
            ("wsl --list --verbose", "wsl --set-version DISTRIBUTION 2", "wsl --update"),
            Risk.CHANGES_ENVIRONMENT,
        ),
        severity=Severity.ERROR if wanted else Severity.NOTE,
        evidence={"platform.wsl": 1},
    )
