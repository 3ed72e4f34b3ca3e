from collections.abc import Iterator

from envdoctor.compat import driver_floor, driver_runs, number
from envdoctor.facts import Driver, Host, Platform, Torch, TorchRun, Unknown, known
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works

INSUFFICIENT_DRIVER = (35, 36)
"""CUDA_ERROR_INSUFFICIENT_DRIVER, …CALL_REQUIRES_NEWER_DRIVER: the loaded libcuda is newer than the kernel module."""


@check("DRV002", Severity.ERROR, cause="driver-too-old", because_of=("VIR004", "DRV004", "DRV005"))
def driver_too_old(
    driver: Driver | None,
    torch: Torch | None,
    host: Host,
    platform: Platform,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """The driver belongs to an older CUDA generation than PyTorch.

    A driver runs programs built for its own major CUDA release, whatever the minor one (NVIDIA calls
    this minor-version compatibility), and for older majors. It does not run a newer major:
    `torch.cuda.is_available()` is False although GPU and driver are fine. On data-centre cards a
    package for forward compatibility (cuda-compat) lifts the limit; where cuInit works with the newer
    CUDA, nothing is wrong.

    How to mend it: update the driver, or install a PyTorch build for the CUDA generation that the
    driver runs. On WSL 2 the driver is the one of Windows.

    Source: https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/ (tables 2 and 3);
    https://docs.nvidia.com/deploy/cuda-compatibility/.
    """
    if driver is None or torch is None:
        return
    cuda = known(torch.cuda, "torch.cuda")
    version = known(driver.version, "driver.version")
    if not cuda or not version or cuda_works(torch_run) or _is_lifted(driver, cuda):
        return
    system = "windows" if platform.wsl == 2 else host.os  # noqa: PLR2004  # the second version
    if driver_runs(version, cuda, system) is not False:
        if driver.cuinit in INSUFFICIENT_DRIVER:
            yield _older_than_its_library(driver)
        return
    floor = driver_floor(cuda, system)
    place = " on Windows" if platform.wsl == 2 else ""  # noqa: PLR2004  # the second version
    yield Finding(
        what=f"PyTorch {torch.version} is built for CUDA {cuda} and needs NVIDIA driver {floor} or newer; "
        f"this machine has {version}.",
        why="A program of a newer CUDA generation does not start on an older driver, so PyTorch finds no GPU.",
        fix=Fix(
            f"Install a PyTorch build that this driver runs, or update the NVIDIA driver{place} to {floor} or newer.",
            (INSTALL,),
            Risk.CHANGES_ENVIRONMENT,
        ),
        evidence={"driver.version": version, "torch.cuda": cuda},
    )


def _older_than_its_library(driver: Driver) -> Finding:
    return Finding(
        what=f"cuInit says that driver {driver.version} is too old for the libcuda that is loaded ({driver.libcuda}).",
        why="Another libcuda than the driver's own comes first, a newer one that this kernel module cannot serve.",
        fix=Fix(
            "Take the folder of that libcuda (a cuda-compat package, a container's own copy) out of LD_LIBRARY_PATH, "
            "or update the NVIDIA driver."
        ),
        evidence={"driver.cuinit": driver.cuinit, "driver.libcuda": driver.libcuda, "driver.version": driver.version},
    )


def _is_lifted(driver: Driver, cuda: str) -> bool:
    """Say whether a newer libcuda (cuda-compat) was seen to work with an older kernel module."""
    if driver.cuinit != 0 or not isinstance(driver.cuda, str):
        return False
    return number(driver.cuda)[:1] >= number(cuda)[:1]
