from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Toolkit, Torch, known
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import compiling_toolkit


@check("TKT001", Severity.WARNING, cause="nvcc-torch-mismatch", because_of=("TKT051", "TKT004"))
def nvcc_torch_mismatch(torch: Torch | None, toolkits: tuple[Toolkit, ...]) -> Iterator[Finding]:
    """The nvcc that would build an extension is of another CUDA than PyTorch.

    Extensions (flash-attn, apex, detectron2, own CUDA operators) are compiled with CUDA_HOME's nvcc, else
    the first on PATH. With another major release than PyTorch's the build is refused ("The detected CUDA
    version mismatches"); another minor release of the same major works in most cases. PyTorch itself
    needs no toolkit.

    How to mend it: point CUDA_HOME at a toolkit of PyTorch's CUDA, or install PyTorch for that of the toolkit.

    Source: https://docs.pytorch.org/docs/stable/cpp_extension.html; torch/utils/cpp_extension.py.
    """
    if torch is None:
        return
    wanted, chosen = known(torch.cuda, "torch.cuda"), compiling_toolkit(toolkits)
    if wanted is None or chosen is None:
        return
    path, toolkit = chosen
    version = known(toolkit.version, f"{path}.version")
    if not version or _same(version, wanted):
        return
    major = number(version)[:1] != number(wanted)[:1]
    other = next((one for one in toolkits if isinstance(one.version, str) and _same(one.version, wanted)), None)
    minor = ".".join(wanted.split(".")[:2])
    yield Finding(
        what=f"nvcc is of CUDA {version} ({toolkit.path}); PyTorch {torch.version} is built for CUDA {wanted}.",
        why="Building an extension of PyTorch with it is refused."
        if major
        else "Building an extension of PyTorch with it gives a warning, and works in most cases.",
        fix=Fix(
            f"Before building, set CUDA_HOME to a toolkit of CUDA {minor}. PyTorch itself needs none.",
            (f"export CUDA_HOME={other.path}",) if other is not None and other.nvcc else (),
        ),
        severity=Severity.WARNING if major else Severity.NOTE,
        evidence={f"{path}.version": version, "torch.cuda": wanted},
    )


def _same(version: str, wanted: str) -> bool:
    return number(version)[:2] == number(wanted)[:2]
