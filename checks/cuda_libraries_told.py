from collections.abc import Iterator

from envdoctor.facts import Message, Unknown
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.import_signatures import UNSHADOW
from envdoctor.rules.loading import loader_told
from envdoctor.rules.told import told


@check("LIB056", Severity.ERROR, cause="cuda-lib-shadowing", because_of=("LIB006", "TOR002"))
def cuda_libraries_told(messages: tuple[Message, ...], environment: dict[str, str] | Unknown) -> Iterator[Finding]:
    """CUDA libraries of different releases are mixed under PyTorch.

    cuBLAS asks cuBLASLt, cuSPARSE asks nvJitLink for functions of their own release. A toolkit of the system
    on LD_LIBRARY_PATH, or an nvidia-* wheel of another release, puts an older one first: "undefined symbol",
    "not defined in file", or a failing cuBLAS call.

    How to mend it: unset LD_LIBRARY_PATH for PyTorch, or install the nvidia-* wheels that this PyTorch names.

    Source: https://github.com/pytorch/pytorch/issues/111469; https://github.com/pytorch/pytorch/issues/88882; ld.so(8).
    """
    one = loader_told(messages, "cuda-lib-shadowing") or told(
        messages, "nvrtc-part-missing", "cublas-symbol-missing", "cublas-refuses"
    )
    path = None if isinstance(environment, Unknown) else environment.get("LD_LIBRARY_PATH")
    crash = told(messages, "convolution-crashes") if one is None and path else None
    one = one or crash
    if one is None:
        return
    yield Finding(
        what=f"CUDA libraries of different releases meet: {one.quote}.",
        why="A library of CUDA that does not belong to this PyTorch comes first on the library path.",
        fix=UNSHADOW,
        verify='env -u LD_LIBRARY_PATH python -c \'import torch; print(torch.ones(2, 2, device="cuda").mm(torch.ones(2'
        ', 2, device="cuda")))\'',
        evidence=one.evidence | ({"environment.LD_LIBRARY_PATH": path} if path else {}),
        confidence="likely" if crash or one.message.sign == "cublas-refuses" else one.confidence,
    )
