from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Driver, Gpu, Platform, Toolkit, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, cuda_works, toolkits_at, wants_cuda


@check("VIR005", Severity.ERROR, cause="wsl-driver")
def wsl_without_gpu(
    *,
    platform: Platform,
    driver: Driver | None | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
    toolkits: tuple[Toolkit, ...] | Unknown,
) -> Iterator[Finding]:
    """WSL 2 is not given the GPU of Windows.

    CUDA on WSL 2 needs the device /dev/dxg (from WSL's kernel) and libcuda in /usr/lib/wsl/lib (from the
    Windows driver). The first is missing with an old WSL or Windows, the second without an NVIDIA driver
    in Windows or with one from before WSL 2.

    How to mend it: update WSL, and the NVIDIA driver on Windows (never inside WSL). On a machine
    without an NVIDIA GPU nothing is wrong: a CPU build of PyTorch is right there.

    Source: https://docs.nvidia.com/cuda/wsl-user-guide/; https://learn.microsoft.com/windows/wsl/install-manual.
    """
    if platform.wsl != 2 or container_of(platform) or cuda_works(torch_run):  # noqa: PLR2004  # the second version
        return
    if isinstance(driver, Driver) and driver.cuinit == 0:
        return
    evidence: dict[str, Any] = {}
    if platform.wsl_gpu_device is False:
        evidence["platform.wsl_gpu_device"] = False
    if platform.wsl_libcuda is False:
        evidence["platform.wsl_libcuda"] = False
    severity = _severity(platform, driver, gpus, torch, toolkits)
    if not evidence or severity is None:
        return
    device = "platform.wsl_gpu_device" in evidence
    missing = " and ".join(
        name
        for path, name in (
            ("platform.wsl_gpu_device", "no /dev/dxg"),
            ("platform.wsl_libcuda", "no /usr/lib/wsl/lib/libcuda.so.1"),
        )
        if path in evidence
    )
    yield Finding(
        what=f"WSL 2 has {missing}.",
        why="Through these CUDA programs in WSL reach the GPU of Windows; without them no NVIDIA driver is found.",
        fix=Fix(
            ("Update WSL" if device else "Install or update the NVIDIA driver on Windows, then restart WSL")
            + ", in PowerShell on Windows. If Windows has no NVIDIA GPU, use a CPU build of PyTorch.",
            ("wsl --update", "wsl --shutdown"),
            Risk.CHANGES_ENVIRONMENT,
        ),
        severity=severity,
        confidence="proved" if severity is Severity.ERROR else "likely",
        evidence=evidence,
    )


def _severity(
    platform: Platform,
    driver: Driver | None | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    torch: Torch | None | Unknown,
    toolkits: tuple[Toolkit, ...] | Unknown,
) -> Severity | None:
    """A CUDA build alone proves nothing: it is what pip installs, also where Windows has no NVIDIA GPU."""
    traces = isinstance(driver, Driver) or isinstance(platform.linux_driver_in_wsl, str)
    if (not isinstance(gpus, Unknown) and gpus) or traces:
        return Severity.ERROR if not isinstance(torch, Torch) or wants_cuda(torch) else Severity.WARNING
    if wants_cuda(torch):
        return Severity.ERROR if toolkits_at(toolkits) else Severity.WARNING
    return Severity.NOTE if torch is None or isinstance(torch, Unknown) else None
