from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("TKT054", Severity.NOTE, cause="noise")
def nvcc_minor_differs_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Nvcc and PyTorch are of different minor releases of one CUDA: a warning, in most cases no fault.

    Within a CUDA major, libraries are compatible, and PyTorch and DeepSpeed only warn. If a build fails after
    this warning, the cause is the error that follows it.

    How to mend it: nothing; or set CUDA_HOME to a toolkit of exactly PyTorch's CUDA.

    Source: torch/utils/cpp_extension.py, CUDA_MISMATCH_WARN; https://docs.nvidia.com/deploy/cuda-compatibility/.
    """
    one = told(messages, "nvcc-minor-differs")
    if one is None:
        return
    yield Finding(
        what=f"nvcc is of CUDA {one.value('nvcc')} and PyTorch of {one.value('torch')}: a warning only.",
        why="Releases of one CUDA major fit each other; what fails after this warning fails for another reason.",
        fix=Fix("Leave it, and read the error that follows."),
        verify="nvcc --version",
        evidence=one.evidence,
        confidence=one.confidence,
    )
