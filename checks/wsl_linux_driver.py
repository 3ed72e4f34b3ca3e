from collections.abc import Iterator

from envdoctor.facts import Driver, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works


@check("VIR004", Severity.ERROR, cause="wsl-driver", because_of=("VIR005",))
def wsl_linux_driver(
    platform: Platform, driver: Driver | None | Unknown, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """A driver for bare Linux is installed inside WSL 2, beside the one of Windows.

    On WSL 2 the Windows driver brings its own libcuda in /usr/lib/wsl/lib. A package such as
    nvidia-driver or cuda-drivers puts another in a system folder; where that one is loaded, CUDA finds
    no device ("GPU access blocked by the operating system").

    How to mend it: remove the Linux driver packages; toolkits without a driver (cuda-toolkit-…) may stay.

    Source: https://docs.nvidia.com/cuda/wsl-user-guide/; https://github.com/microsoft/WSL/issues/9166.
    """
    path = platform.linux_driver_in_wsl
    if platform.wsl != 2 or not isinstance(path, str):  # noqa: PLR2004  # the second version
        return
    code = driver.cuinit if isinstance(driver, Driver) else None
    works = code == 0 or cuda_works(torch_run)
    told = f"cuInit returns {code}" if isinstance(code, int) else "CUDA does not start"
    yield Finding(
        what=f"A Linux NVIDIA driver is installed inside WSL 2 ({path})"
        + (", and CUDA works only as long as it is not loaded first." if works else f", and {told}."),
        why="On WSL 2 the libcuda of the Windows driver must be loaded; one for bare Linux finds no kernel module.",
        fix=Fix(
            "Look which packages it came with and remove those of the driver, then restart WSL "
            "(wsl --shutdown, in PowerShell on Windows).",
            ("dpkg -S '*libcuda.so*'", "sudo apt-get remove --purge '^nvidia-driver-.*' '^libnvidia-compute-.*'"),
            Risk.NEEDS_ROOT,
        ),
        severity=Severity.WARNING if works else Severity.ERROR,
        confidence="proved" if works or isinstance(code, int) else "likely",
        evidence={"platform.linux_driver_in_wsl": path}
        | ({"driver.cuinit": code} if isinstance(driver, Driver) else {}),
    )
