from collections.abc import Iterator

from envdoctor.facts import Torch, TorchRun
from envdoctor.findings import Finding, Fix, Severity, check

RUNTIMES = {"libgomp": "GNU's", "libiomp5": "Intel's", "libomp": "LLVM's"}


@check("LIB007", Severity.NOTE, cause="multiple-installs-or-shadowing")
def openmp_twice(torch: Torch | None, torch_run: TorchRun | None) -> Iterator[Finding]:
    """Several OpenMP runtimes are loaded beside PyTorch.

    Each keeps threads of its own, so that a loop in NumPy and one in PyTorch can take all processors
    twice. They come from packages that were built apart: PyTorch from PyPI beside conda's MKL. GNU's
    beside another mostly works. Intel's beside LLVM's is known to crash or to hang on Linux.

    How to mend it: install PyTorch and NumPy from the same place, or let MKL use GNU's runtime with
    MKL_THREADING_LAYER=GNU.

    Source: https://github.com/joblib/threadpoolctl/blob/master/multiple_openmp.md; the files that are
    mapped into the process.
    """
    if torch is None or torch_run is None:
        return
    loaded: dict[str, tuple[str, str]] = {}
    for name, path in torch_run.libraries.items():
        # Wheels put a checksum behind the name of a library that they bring: libgomp-a34b3233.
        loaded.setdefault(name.partition("-")[0], (name, path))
    found = {kind: loaded[kind] for kind in RUNTIMES if kind in loaded}
    if len(found) <= 1:
        return
    clash = {"libiomp5", "libomp"} <= set(found)
    named = " and ".join(f"{RUNTIMES[kind]} ({path})" for kind, (_, path) in found.items())
    yield Finding(
        what=f"Several OpenMP runtimes are loaded beside PyTorch: {named}.",
        why="Intel's beside LLVM's is known to crash or to hang on Linux."
        if clash
        else "Each keeps threads of its own: work in NumPy and work in PyTorch can take all processors twice.",
        fix=Fix(
            "Install PyTorch and NumPy from the same place. Until then let MKL use GNU's runtime.",
            ("export MKL_THREADING_LAYER=GNU",),
        ),
        severity=Severity.WARNING if clash else Severity.NOTE,
        evidence={f"torch_run.libraries.{name}": path for name, path in found.values()},
    )
