import re
from collections.abc import Iterator

from envdoctor.facts import Python, SearchPath, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.owners import foreign_to, take_out, wheel_of

FOLLOWED = ("libcublas", "libcublasLt", "libcudart", "libcufft", "libcurand", "libcusolver", "libcusparse", "libnccl",
            "libnvJitLink", "libnvrtc")  # fmt: skip
"""cuDNN is LIB004's; the others do no harm if they come from elsewhere."""
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
    foreign = {
        name: path
        for name, path in foreign_to(torch, torch_run, python, environment).items()
        # Builds that came without the wheel of this very library take the system's rightly.
        if name in FOLLOWED and wheel_of(name, packages)
    }
    if not foreign or torch_run is None:
        return
    library_path = environment.get("LD_LIBRARY_PATH")
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
