from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Driver, Gpu, PciGpu, SearchPath, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import cuda_code, has_nvidia_gpu, wants_cuda

STUB = 34


@check("DRV009", Severity.ERROR, cause="driver-stub-on-path")
def libcuda_stub(
    *,
    driver: Driver | None | Unknown,
    torch_run: TorchRun | None | Unknown,
    torch: Torch | None | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    search_paths: tuple[SearchPath, ...] | Unknown,
) -> Iterator[Finding]:
    """The CUDA toolkit's stub is loaded instead of the driver's libcuda.

    The folder `stubs` of a toolkit holds a libcuda without content, for linking on machines without a
    driver. On `LIBRARY_PATH` it is right; on `LD_LIBRARY_PATH` it is loaded at run time, and cuInit
    returns 34 ("CUDA driver is a stub library").

    How to mend it: take the folder out of `LD_LIBRARY_PATH`.

    Source: CUDA driver API, CUDA_ERROR_STUB_LIBRARY = 34; https://docs.nvidia.com/cuda/cuda-driver-api/.
    """
    evidence: dict[str, Any] = {}
    path = _stub(driver, torch_run, evidence)
    code = cuda_code(driver, torch_run)
    if code is not None and code[0] == STUB:
        evidence[code[1]] = code[2]
    if not evidence or (isinstance(driver, Driver) and driver.cuinit == 0 and code is None):
        return
    folders = _folders(search_paths, evidence)
    idle = has_nvidia_gpu(pci_gpus, gpus) is False or not (wants_cuda(torch) or isinstance(torch, Unknown))
    yield Finding(
        what=f"The libcuda that programs get is a toolkit's stub{f' ({path})' if path else ''}"
        + (f", because LD_LIBRARY_PATH holds {folders[0]}." if folders else "."),
        why="A stub has the names of the driver's functions and nothing behind them, so CUDA cannot start.",
        fix=Fix(
            f"Take {folders[0] if folders else 'the folder stubs'} out of LD_LIBRARY_PATH, where it is set (~/.bashrc, "
            "an image's ENV, a module). LIBRARY_PATH is its place.",
            ("echo $LD_LIBRARY_PATH", "ldconfig -p | grep libcuda.so.1"),
        ),
        severity=Severity.WARNING if idle else Severity.ERROR,
        evidence=evidence,
    )


def _stub(driver: Driver | None | Unknown, run: TorchRun | None | Unknown, evidence: dict[str, Any]) -> str | None:
    """Return the stub that is loaded, and note where that was seen."""
    seen: list[tuple[str, Any]] = []
    if isinstance(driver, Driver):
        seen.append(("driver.libcuda", driver.libcuda))
    if isinstance(run, TorchRun):
        seen.append(("torch_run.libraries.libcuda", run.libraries.get("libcuda")))
    found = {path: value for path, value in seen if isinstance(value, str) and "/stubs/" in value}
    evidence |= found
    return next(iter(found.values()), None)


def _folders(search_paths: tuple[SearchPath, ...] | Unknown, evidence: dict[str, Any]) -> list[str]:
    if isinstance(search_paths, Unknown):
        return []
    found = {
        f"search_paths.{place}.entry": path.entry
        for place, path in enumerate(search_paths)
        if path.variable == "LD_LIBRARY_PATH" and path.entry.rstrip("/").endswith("/stubs")
    }
    evidence |= found
    return list(found.values())
