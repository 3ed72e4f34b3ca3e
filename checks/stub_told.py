from collections.abc import Iterator

from envdoctor.facts import Message, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("LIB060", Severity.ERROR, cause="driver-stub-on-path", because_of=("DRV009",))
def stub_told(messages: tuple[Message, ...], environment: dict[str, str] | Unknown) -> Iterator[Finding]:
    """The toolkit's stub of libcuda (or of NVML) is loaded instead of the driver's.

    A toolkit has a libcuda.so without content in `lib64/stubs`, to link programs on machines without a driver.
    On LD_LIBRARY_PATH it hides the driver's: CUDA answers with error 34, "CUDA driver is a stub library". In
    LIBRARY_PATH, which only the linker reads, it is right.

    How to mend it: take the folder `stubs` off LD_LIBRARY_PATH, and out of /etc/ld.so.conf.d.

    Source: CUDA Driver API, CUDA_ERROR_STUB_LIBRARY; https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/.
    """
    one = told(messages, "driver-stub")
    if one is None:
        return
    path = None if isinstance(environment, Unknown) else environment.get("LD_LIBRARY_PATH")
    shown = path if path and "stubs" in path else None
    yield Finding(
        what=f"A stub without content is loaded instead of the driver's library: {one.quote}.",
        why=f"LD_LIBRARY_PATH is {shown}, and the stub lies there."
        if shown
        else "A folder `stubs` of a toolkit comes first on the library path or in the loader's cache.",
        fix=Fix(
            "Take the folder `stubs` off LD_LIBRARY_PATH and out of /etc/ld.so.conf.d.",
            (
                "env -u LD_LIBRARY_PATH python -c 'import torch; print(torch.cuda.is_available())'",
                "ldconfig -p | grep -E 'libcuda|libnvidia-ml'",
            ),
        ),
        verify="ldconfig -p | grep libcuda",
        evidence=one.evidence | ({"environment.LD_LIBRARY_PATH": shown} if shown else {}),
        confidence=one.confidence,
    )
