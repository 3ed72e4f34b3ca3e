from collections.abc import Iterator

from envdoctor.facts import Driver, Host, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, cuda_code, cuda_works
from envdoctor.rules.remedies import family

COMPAT = 804
PACKAGES = {"ubuntu": "libnvidia-compute-", "debian": "libcuda1", "fedora": "xorg-x11-drv-nvidia-cuda-libs"}
"""Which package brings libcuda."""


@check("DRV010", Severity.ERROR, cause="libcuda-broken", because_of=("VIR001", "VIR004", "VIR005", "DRV009"))
def libcuda_unusable(
    driver: Driver | None, platform: Platform, host: Host, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """The driver runs, and its library libcuda is missing, does not load or does not fit the GPU.

    nvidia-smi needs NVML only and looks sound; CUDA programs need libcuda. It is missing where only a
    part of the driver's packages is installed, damaged after an interrupted update (an empty file), and
    refused with 804 where a package for forward compatibility (cuda-compat) is loaded beside a GPU that is
    no data-centre card.

    How to mend it: install the package that brings libcuda in the driver's version; take cuda-compat out
    of the library path.

    Source: https://docs.nvidia.com/deploy/cuda-compatibility/ (forward compatibility); CUDA driver API, error 804.
    """
    if driver is None or driver.cuinit == 0 or cuda_works(torch_run):
        return
    code = cuda_code(driver, torch_run)
    if code is not None and code[0] == COMPAT:
        yield _compat(driver, code[1], code[2])
    elif driver.libcuda_error is not None and (driver.nvml == 0 or isinstance(driver.kernel, str)):
        yield Finding(
            what=_refused(driver),
            why="CUDA programs start with this library, so they find no driver although nvidia-smi works.",
            fix=_install(host, container_of(platform)),
            evidence={"driver.libcuda_error": driver.libcuda_error, "driver.nvml": driver.nvml},
        )
    elif driver.libcuda is None and driver.nvml == 0:
        yield Finding(
            what=f"The NVIDIA driver {driver.version} answers NVML, and {_absent(driver)}.",
            why="nvidia-smi needs NVML only; CUDA programs need libcuda and find no driver without it.",
            fix=_install(host, container_of(platform)),
            evidence={"driver.nvml": 0, "driver.libcuda": None},
        )


def _refused(driver: Driver) -> str:
    if isinstance(driver.libcuda, str) and driver.libcuda not in str(driver.libcuda_error):
        return f"{driver.libcuda} is no libcuda: {driver.libcuda_error}."
    return f"libcuda does not load: {driver.libcuda_error}."


def _absent(driver: Driver) -> str:
    files = driver.library_files if isinstance(driver.library_files, tuple) else ()
    found = next((path for path in files if path.rpartition("/")[2] == "libcuda.so.1"), None)
    if found is None:
        return "there is no libcuda"
    return f"the loader finds no libcuda: {found} leads to nothing, or is for another processor"


def _compat(driver: Driver, path: str, said: int | str) -> Finding:
    where = f" ({driver.libcuda})" if isinstance(driver.libcuda, str) else ""
    return Finding(
        what=f"CUDA returns 804: the libcuda that is loaded{where} is of a forward-compatibility package, which this "
        "GPU does not support.",
        why="Such a package lets data-centre GPUs run a newer CUDA than their driver; others refuse it.",
        fix=Fix(
            "Remove the package cuda-compat (or its folder from LD_LIBRARY_PATH), and update the driver if a newer "
            "CUDA is needed.",
            ("ldconfig -p | grep libcuda.so.1", "echo $LD_LIBRARY_PATH"),
            Risk.NEEDS_ROOT,
        ),
        evidence={path: said} | ({"driver.libcuda": driver.libcuda} if where else {}),
    )


def _install(host: Host, container: str | None) -> Fix:
    if container:
        return Fix(
            "Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility, so that libcuda is handed over.",
            ("docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility ubuntu ldconfig -p",),
        )
    package = PACKAGES.get(family(host))
    named = f" ({package}{'BRANCH' if package.endswith('-') else ''})" if package else ""
    return Fix(
        f"Install the driver's package that brings libcuda{named}, in the driver's version.", (), Risk.NEEDS_ROOT
    )
