from collections.abc import Iterator

from envdoctor.compat import driver_floor, driver_runs
from envdoctor.facts import Driver, Host, Platform, Torch, known
from envdoctor.findings import Finding, Fix, Risk, Severity, check


@check("DRV002", Severity.ERROR, cause="driver-too-old", because_of=("VIR004", "DRV005"))
def driver_too_old(driver: Driver | None, torch: Torch | None, host: Host, platform: Platform) -> Iterator[Finding]:
    """The driver belongs to an older CUDA generation than PyTorch.

    A driver runs programs built for its own major CUDA release, whatever the minor one (NVIDIA calls
    this minor-version compatibility), and for older majors. It does not run a newer major:
    `torch.cuda.is_available()` is False although GPU and driver are fine.

    How to mend it: update the driver, or install a PyTorch build for the CUDA generation that the
    driver runs. On WSL 2 the driver is the one of Windows.

    Source: https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/ (tables 2 and 3).
    """
    if driver is None or torch is None:
        return
    cuda = known(torch.cuda, "torch.cuda")
    version = known(driver.version, "driver.version")
    if cuda is None or version is None:
        return
    system = "windows" if platform.wsl == 2 else host.os  # noqa: PLR2004
    if driver_runs(version, cuda, system) is not False:
        return
    floor = driver_floor(cuda, system)
    yield Finding(
        what=f"PyTorch {torch.version} is built for CUDA {cuda} and needs NVIDIA driver {floor} or newer; "
        f"this machine has {version}.",
        why="A program of a newer CUDA generation does not start on an older driver, so PyTorch finds no GPU.",
        fix=Fix(
            f"Update the NVIDIA driver to {floor} or newer, or install a PyTorch build for an older CUDA.",
            risk=Risk.NEEDS_ROOT,
        ),
        evidence={"driver.version": version, "torch.cuda": cuda},
    )
