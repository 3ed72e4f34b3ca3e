from collections.abc import Iterator

from envdoctor.facts import Driver, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works

BLOCKED = 17
"""NVML_ERROR_OPERATING_SYSTEM."""


@check("VIR006", Severity.ERROR, cause="wsl-driver", because_of=("VIR003", "VIR004", "VIR005"))
def wsl_gpu_blocked(
    platform: Platform, driver: Driver | None, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """On WSL 2 the operating system blocks access to the GPU.

    NVML answers "GPU access blocked by the operating system". The Windows driver and the WSL kernel do
    not fit together, Windows' own GPU support for WSL is off or outdated, or a driver for bare Linux
    lies in between.

    How to mend it: update WSL and the Windows driver, then restart WSL; install no Linux driver inside.

    Source: https://docs.nvidia.com/cuda/wsl-user-guide/; https://github.com/microsoft/WSL/issues/9254.
    """
    if platform.wsl != 2 or driver is None or cuda_works(torch_run):  # noqa: PLR2004  # the second version
        return
    said = driver.smi.message if driver.smi else None
    if driver.nvml != BLOCKED and "blocked by the operating system" not in (said or ""):
        return
    yield Finding(
        what="WSL 2 blocks access to the GPU: NVML answers that the operating system does not allow it.",
        why="On WSL 2 every request goes through Windows; without its consent CUDA finds no device.",
        fix=Fix(
            "In PowerShell on Windows: update WSL, stop it, and install the newest NVIDIA driver for Windows.",
            ("wsl --update", "wsl --shutdown"),
            Risk.REBOOT,
        ),
        evidence={"platform.wsl": 2, "driver.nvml": driver.nvml},
        verify="nvidia-smi",
    )
