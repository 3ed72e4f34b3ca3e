import re
from collections.abc import Iterator

from envdoctor.facts import Python, SearchPath, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.owners import homes_of, is_foreign, take_out

WHEELS = {
    # Library → the wheel that brings it (for CUDA 12 and older with "-cu12" behind it).
    "libcublas": "nvidia-cublas",
    "libcublasLt": "nvidia-cublas",
    "libcudart": "nvidia-cuda-runtime",
    "libcufft": "nvidia-cufft",
    "libcurand": "nvidia-curand",
    "libcusolver": "nvidia-cusolver",
    "libcusparse": "nvidia-cusparse",
    "libnccl": "nvidia-nccl",
    "libnvJitLink": "nvidia-nvjitlink",
    "libnvrtc": "nvidia-cuda-nvrtc",
}
SAYS = re.compile("cublas|cusparse|cusolver|nvjitlink|nvrtc|cufft|curand|nccl", re.IGNORECASE)


@check("LIB006", Severity.WARNING, cause="cuda-lib-shadowing")
def cuda_libraries_shadowed(
    *,
    torch: Torch | None,
    torch_run: TorchRun | None,
    python: Python | None,
    packages: dict[str, str],
    environment: dict[str, str],
    search_paths: tuple[SearchPath, ...] | Unknown,
) -> Iterator[Finding]:
    """PyTorch loads CUDA libraries of another installation instead of those of its wheels.

    `LD_LIBRARY_PATH` comes before the places that are written into the wheels. A toolkit's folder on it
    puts that toolkit's cuBLAS, cuSPARSE or nvJitLink under PyTorch: undefined symbols at import
    ("__nvJitLinkComplete"), wrong results or crashes later.

    How to mend it: take the toolkit's folders out of `LD_LIBRARY_PATH`; nvcc does not need them there.

    Source: https://github.com/pytorch/pytorch/issues/111469; the paths that are mapped into the process.
    """
    if torch is None or torch_run is None or python is None or torch.build != "cuda":
        return
    library_path = environment.get("LD_LIBRARY_PATH")
    homes = homes_of(python, torch, torch_run.libraries)
    foreign = {
        name: path
        for name, path in torch_run.libraries.items()
        if _has_wheel(name, packages) and is_foreign(path, homes, library_path)
    }
    if not foreign:
        return
    name, path = next(iter(foreign.items()))
    more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
    fails = any(SAYS.search(device.error or "") for device in torch_run.devices)
    yield Finding(
        what=f"PyTorch loads {name} from {path}{more}, not from its own wheels.",
        why="Another copy of the library is put under PyTorch than the one that it was built with"
        + (", and what needs it fails." if fails else "."),
        fix=take_out(name, path, library_path, search_paths),
        severity=Severity.ERROR if fails else Severity.WARNING,
        evidence={f"torch_run.libraries.{name}": path for name, path in foreign.items()}
        | ({"environment.LD_LIBRARY_PATH": library_path} if library_path else {}),
    )


def _has_wheel(library: str, packages: dict[str, str]) -> bool:
    """Say whether the wheel of this very library is installed: builds without it take the system's rightly."""
    wheel = WHEELS.get(library)
    return wheel is not None and any(re.fullmatch(rf"{wheel}(-cu\d+)?", name) for name in packages)
