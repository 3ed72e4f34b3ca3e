from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("BLD054", Severity.ERROR, cause="triton-or-compile")
def ptxas_too_old_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The assembler (ptxas) that Triton uses does not know this GPU or this CUDA.

    Triton brings a ptxas of its own. For a GPU that is newer than that, or a PTX version of a newer toolkit, it
    stops: "Value 'sm_121a' is not defined for option 'gpu-name'". An old Triton reads "CUDA 12.8" as too old.

    How to mend it: install the Triton that belongs to a newer PyTorch, or let TRITON_PTXAS_PATH name the ptxas
    of a newer toolkit.

    Source: https://github.com/triton-lang/triton/blob/main/third_party/nvidia/backend/compiler.py.
    """
    one = told(messages, "ptxas-too-old")
    if one is None:
        return
    arch = one.value("arch")
    yield Finding(
        what=f"Triton's assembler does not know {arch}." if arch else f"Triton's assembler is too old: {one.quote}.",
        why="Triton's own ptxas, or the one of TRITON_PTXAS_PATH, is older than this GPU or this CUDA.",
        fix=Fix(
            "Use a newer PyTorch with its Triton, or name the ptxas of a newer CUDA toolkit.",
            ("export TRITON_PTXAS_PATH=/usr/local/cuda/bin/ptxas", "rm -r ~/.triton/cache"),
        ),
        verify="/usr/local/cuda/bin/ptxas --version",
        evidence=one.evidence,
        confidence=one.confidence,
    )
