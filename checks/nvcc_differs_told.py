from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Message, Toolkit, Torch, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import compiling_toolkit
from envdoctor.rules.told import Told, told

UNBUILT = ("extension-not-built", "extension-without-cuda", "extension-build-fails", "extension-complained-of")


@check("TKT051", Severity.ERROR, cause="nvcc-torch-mismatch")
def nvcc_differs_told(
    messages: tuple[Message, ...], torch: Torch | None | Unknown, toolkits: tuple[Toolkit, ...] | Unknown
) -> Iterator[Finding]:
    """An extension is built with an nvcc of another CUDA than PyTorch.

    torch.utils.cpp_extension, apex and DeepSpeed compare both and refuse another major release: libraries of two
    CUDA releases in one process do not fit. An nvcc that is much older than PyTorch also lacks C++17 or the
    GPU's architecture ("Unsupported gpu architecture", "Value 'c++17' is not defined").

    How to mend it: point CUDA_HOME at a toolkit of PyTorch's CUDA, or install the PyTorch for the toolkit that is
    there. A wheel that is already built needs neither.

    Source: torch/utils/cpp_extension.py, _check_cuda_version; apex, setup.py; DeepSpeed, op_builder/builder.py.
    """
    one = told(messages, "nvcc-differs", "nvcc-lacks-gpu", "nvcc-too-old")
    unbuilt = told(messages, *UNBUILT) if one is None else None
    pair = _versions(one or unbuilt, torch, toolkits)
    if one is None and (unbuilt is None or not pair[0] or _fits(*pair)):
        return
    shown = one or unbuilt
    if shown is None:
        return
    nvcc, built = pair
    yield Finding(
        what=f"nvcc is of CUDA {nvcc}; PyTorch is built for CUDA {built}."
        if nvcc and built
        else f"The nvcc that compiles does not fit PyTorch: {shown.quote}.",
        why="Extensions are compiled with the toolkit's nvcc and headers, which must be of PyTorch's CUDA.",
        fix=Fix(
            f"Before building, set CUDA_HOME to a toolkit of CUDA {built or 'of PyTorch'}; or install PyTorch for "
            f"CUDA {nvcc}."
            if nvcc
            else "Before building, set CUDA_HOME to a toolkit of PyTorch's CUDA.",
            (f"export CUDA_HOME=/usr/local/cuda-{built} PATH=/usr/local/cuda-{built}/bin:$PATH",) if built else (),
        ),
        verify="nvcc --version; python -c 'import torch; print(torch.version.cuda)'",
        evidence=shown.evidence,
        confidence=one.confidence if one else "likely",
    )


def _versions(
    one: Told | None, torch: Torch | None | Unknown, toolkits: tuple[Toolkit, ...] | Unknown
) -> tuple[str | None, str | None]:
    """Return the CUDA of nvcc and that of PyTorch, by the message, else by the facts."""
    nvcc = one.value("nvcc") if one else None
    built = one.value("torch") if one else None
    chosen = compiling_toolkit(toolkits)
    if nvcc is None and chosen is not None and isinstance(chosen[1].version, str):
        nvcc = chosen[1].version
    if built is None and isinstance(torch, Torch) and isinstance(torch.cuda, str):
        built = torch.cuda
    return _minor(nvcc), _minor(built)


def _minor(version: str | None) -> str | None:
    return ".".join(version.split(".")[:2]) if version else None


def _fits(nvcc: str | None, built: str | None) -> bool:
    """Say whether both are the same release; what is not known does not fit."""
    return bool(nvcc and built) and number(nvcc or "") == number(built or "")
