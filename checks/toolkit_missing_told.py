from collections.abc import Iterator

from envdoctor.facts import Message, Torch, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told

MISSING = (
    "cuda-home-unset",
    "nvcc-missing",
    "toolkit-not-found",
    "cuda-header-missing",
    "cuda-library-missing",
    "cuda-setup-failed",
    "ninja-missing",
    "build-compiler-missing",
)
UNBUILT = ("extension-not-built", "extension-without-cuda")
"""What follows when an extension was built without CUDA, or not at all."""
LACKS = {
    "nvcc-missing": "nvcc",
    "cuda-header-missing": "CUDA's headers",
    "cuda-library-missing": "CUDA's libraries to link with",
    "ninja-missing": "ninja",
    "build-compiler-missing": "a C++ compiler",
}


@check("TKT052", Severity.ERROR, cause="no-toolkit", because_of=("TKT051", "INS055", "PYT053"))
def toolkit_missing_told(
    messages: tuple[Message, ...], torch: Torch | None | Unknown, environment: dict[str, str] | Unknown
) -> Iterator[Finding]:
    """An extension is to be built, and what builds it is not there: nvcc, headers, CUDA_HOME, ninja, a compiler.

    PyTorch's wheels bring the CUDA libraries that it runs with, and no compiler. flash-attn, apex, DeepSpeed,
    detectron2 and others compile CUDA code when they are installed or first used, with the toolkit that
    CUDA_HOME names, else the nvcc on PATH.

    How to mend it: install the toolkit of PyTorch's CUDA and set CUDA_HOME to its root (no colon, no `bin`); or
    take a wheel that is already built.

    Source: torch/utils/cpp_extension.py, _find_cuda_home; https://docs.nvidia.com/cuda/cuda-installation-guide-linux/.
    """
    one = told(messages, *MISSING) or told(messages, *UNBUILT)
    if one is None:
        return
    home = None if isinstance(environment, Unknown) else environment.get("CUDA_HOME")
    cuda = torch.cuda if isinstance(torch, Torch) and isinstance(torch.cuda, str) else None
    lacks = LACKS.get(one.message.sign, "the CUDA toolkit")
    yield Finding(
        what=f"A build needs {lacks}: {one.quote}.",
        why="PyTorch brings CUDA's libraries and no compiler: extensions are built with a toolkit that is installed "
        "apart.",
        fix=_fix(one.message.sign, f"={'.'.join(cuda.split('.')[:2])}" if cuda else ""),
        verify="nvcc --version; python -c 'from torch.utils.cpp_extension import CUDA_HOME; print(CUDA_HOME)'",
        evidence=one.evidence | ({"environment.CUDA_HOME": home} if home else {}),
        confidence=one.confidence if one.message.sign in MISSING else "likely",
    )


def _fix(sign: str, cuda: str) -> Fix:
    if sign == "ninja-missing":
        return Fix("Install ninja.", ("python -m pip install ninja",), Risk.CHANGES_ENVIRONMENT)
    if sign == "build-compiler-missing":
        return Fix(
            "Install a C++ compiler: on Linux g++, on Windows the Build Tools of Visual Studio with the C++ workload.",
            ("sudo apt-get install build-essential", "winget install Microsoft.VisualStudio.2022.BuildTools"),
            Risk.NEEDS_ROOT,
        )
    return Fix(
        "Install the toolkit of PyTorch's CUDA, and name its root; or install a wheel that is already built.",
        (f"conda install -c nvidia cuda-toolkit{cuda}", "export CUDA_HOME=$CONDA_PREFIX"),
        Risk.CHANGES_ENVIRONMENT,
    )
