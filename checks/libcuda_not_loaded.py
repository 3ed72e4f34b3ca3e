from collections.abc import Iterator

from envdoctor.facts import Host, Message, Platform, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, wsl_of
from envdoctor.rules.surroundings import is_mac
from envdoctor.rules.told import told


@check(
    "DRV057",
    Severity.ERROR,
    cause="libcuda-broken",
    because_of=("DRV010", "DRV052", "DRV053", "DRV054", "VIR051", "VIR053", "VIR054", "BLD053"),
)
def libcuda_not_loaded(
    messages: tuple[Message, ...], platform: Platform | Unknown, host: Host | Unknown
) -> Iterator[Finding]:
    """The driver's library libcuda or NVML is missing, damaged or not found.

    libcuda.so.1 (on Windows nvcuda.dll) and libnvidia-ml.so.1 come with the driver, and with nothing else: no
    package for PyTorch and no CUDA toolkit brings them. They are missing where no driver or only a part of it
    is installed, damaged after an interrupted update, or lie where the loader does not look.

    How to mend it: install the driver's package that brings the library, in the driver's version, and run
    ldconfig.

    Source: https://docs.nvidia.com/deploy/cuda-compatibility/ (components of the driver).
    """
    found = told(messages, "libcuda-missing", "nvml-missing")
    if found is None or container_of(platform) or wsl_of(platform) or is_mac(host):
        return
    windows = isinstance(host, Host) and host.os == "windows"
    yield Finding(
        what=f"A library of the NVIDIA driver does not load: {found.quote}.",
        why="CUDA programs start with this library; it comes with the driver only.",
        fix=Fix(
            "Install the newest NVIDIA driver (clean installation)."
            if windows
            else "See whether the loader knows it. If not, install the package of the driver that brings it (Ubuntu: "
            "libnvidia-compute-BRANCH, Debian: libcuda1), in the driver's version. Without an NVIDIA card "
            "use a CPU build.",
            () if windows else ("ldconfig -p | grep -E 'libcuda|libnvidia-ml'", "nvidia-smi", "sudo ldconfig"),
            Risk.NEEDS_ROOT,
        ),
        verify="python -c \"import ctypes; ctypes.CDLL('nvcuda.dll' if __import__('os').name == 'nt' else "
        "'libcuda.so.1')\"",
        confidence=found.confidence,
        evidence=found.evidence,
    )
