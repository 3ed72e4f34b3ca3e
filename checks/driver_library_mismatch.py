from collections.abc import Iterator
from typing import Any

from envdoctor.compat import number
from envdoctor.facts import Driver, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, cuda_code, wsl_of
from envdoctor.rules.nvml_words import nvml_refusal

NVML_MISMATCH = 18
CUDA_MISMATCH = 803


@check("DRV004", Severity.ERROR, cause="driver-library-mismatch", because_of=("VIR004",))
def driver_library_mismatch(
    driver: Driver | None, platform: Platform, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """The driver's libraries are of another version than the kernel module that runs.

    It happens after an update: the files on disk are new, the module in memory is still the old one
    ("Failed to initialize NVML: Driver/library version mismatch"). In a container, the host's driver was
    updated under it.

    How to mend it: restart the machine (in a container: restart the container, then the host). Where
    libcuda alone is of another version, or it comes back after a restart, libraries of two installations
    lie side by side: remove one.

    Source: https://docs.nvidia.com/deploy/nvml-api/ (NVML_ERROR_LIB_RM_VERSION_MISMATCH = 18);
    CUDA driver API, error 803.
    """
    if driver is None or wsl_of(platform):
        return
    code = cuda_code(driver, torch_run)
    refused = code is not None and code[0] == CUDA_MISMATCH
    refusal = nvml_refusal(driver)
    by_nvml = refusal[1] if refusal is not None and refusal[0] == NVML_MISMATCH else {}
    told = bool(by_nvml) or refused
    # NVML and cuInit refuse another version: where one of them works, a newer file on disk is not the one in use.
    works = driver.nvml == 0 or driver.cuinit == 0
    if not told and (works or not _differ(driver)):
        return
    evidence: dict[str, Any] = {}
    stray = _stray_libcuda(driver)
    if isinstance(driver.kernel, str) and isinstance(driver.library, str):
        evidence |= {"driver.kernel": driver.kernel, "driver.library": driver.library}
    if stray:
        evidence["driver.versions.libcuda"] = stray
    evidence |= by_nvml
    if refused and code is not None:
        evidence[code[1]] = code[2]
    yield Finding(
        what=_what(driver, stray, code[0] if refused and code else None),
        why="Both halves of the driver must be of the same version; the libraries refuse to talk to another module.",
        fix=_two_installations(driver) if stray else _fix(container_of(platform)),
        confidence="proved" if told else "likely",
        evidence=evidence,
    )


def _differ(driver: Driver) -> bool:
    if not isinstance(driver.kernel, str) or not isinstance(driver.library, str):
        return False
    return number(driver.kernel) != number(driver.library)


def _stray_libcuda(driver: Driver) -> str | None:
    """Return the version of the libcuda that is loaded, if it alone is another than the kernel module's."""
    versions = driver.versions
    if versions is None or versions.agree is not False or _differ(driver) or not isinstance(versions.libcuda, str):
        return None
    return versions.libcuda if isinstance(driver.kernel, str) else None


def _what(driver: Driver, stray: str | None, code: int | None) -> str:
    if stray:
        return f"The libcuda that is loaded is of NVIDIA driver {stray}, kernel module and NVML are of {driver.kernel}."
    if _differ(driver):
        return f"The kernel module is of NVIDIA driver {driver.kernel}, the libraries are of {driver.library}."
    by = f"cuInit returns {code}" if code else f"NVML returns {NVML_MISMATCH}"
    return f"The NVIDIA driver's libraries and its kernel module are of different versions ({by})."


def _two_installations(driver: Driver) -> Fix:
    where = f" ({driver.libcuda})" if isinstance(driver.libcuda, str) else ""
    return Fix(
        f"Libraries of two installations lie side by side: remove the one that libcuda is of{where}, or take its "
        f"folder out of LD_LIBRARY_PATH, so that the libcuda of {driver.kernel} is found.",
        ("ldconfig -p | grep -E 'libcuda.so|libnvidia-ml.so'", "echo $LD_LIBRARY_PATH"),
        Risk.NEEDS_ROOT,
    )


def _fix(container: str | None) -> Fix:
    if container:
        text = "Restart the container, so that it gets the host's libraries of today; if that is not enough, the host."
        return Fix(text, risk=Risk.CHANGES_ENVIRONMENT)
    return Fix("Restart the machine, so that the module on disk is loaded.", ("sudo reboot",), Risk.REBOOT)
