from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.import_signatures import UNSHADOW
from envdoctor.rules.loading import loader_told
from envdoctor.rules.told import told


@check("LIB055", Severity.ERROR, cause="cudnn-mismatch", because_of=("LIB004",))
def cudnn_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Another cuDNN is loaded than the one that PyTorch was built with, or a part of it is missing.

    PyTorch's wheels bring their cuDNN. One of the system, of a module, of a CUDA image or of another package
    that comes first on LD_LIBRARY_PATH (Windows: PATH) is loaded instead; since cuDNN 8 it is several
    libraries, and one of them may come from elsewhere.

    How to mend it: take the other cuDNN off LD_LIBRARY_PATH; then install the nvidia-cudnn wheel that this
    PyTorch names, again.

    Source: aten/src/ATen/detail and torch/backends/cudnn/__init__.py;
    https://docs.nvidia.com/deeplearning/cudnn/backend/latest/api/overview.html.
    """
    one = told(messages, "cudnn-versions", "cudnn-part-missing") or loader_told(messages, "cudnn-mismatch")
    if one is None:
        return
    built, found = one.value("built"), one.value("found")
    yield Finding(
        what=f"PyTorch was built with cuDNN {built.replace(', ', '.')} and gets {found.replace(', ', '.')}."
        if built and found
        else f"The cuDNN that is loaded does not fit: {one.quote}.",
        why="Another copy of cuDNN comes first on the library path, or its parts come from several copies.",
        fix=UNSHADOW,
        verify="python -c 'import torch; print(torch.backends.cudnn.version())'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
