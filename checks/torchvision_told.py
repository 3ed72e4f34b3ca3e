from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.companions_told import companion_told
from envdoctor.rules.loading import loader_told
from envdoctor.rules.told import told


@check("LIB051", Severity.ERROR, cause="torchvision-mismatch", because_of=("TOR055", "LIB001"))
def torchvision_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Torchvision does not fit the PyTorch beside it.

    Its operators (nms, roi_align) are compiled against one release and one variant of PyTorch. Another release
    does not register them ("operator torchvision::nms does not exist"), a CPU build has none for CUDA, and a
    build for another CUDA is refused at import.

    How to mend it: install torch and torchvision in one command from one index.

    Source: https://github.com/pytorch/vision (table of versions); torchvision/extension.py.
    """
    one = told(messages, "torchvision-operator-missing") or companion_told(messages, "torchvision")
    one = one or loader_told(messages, "torchvision-mismatch")
    if one is None:
        return
    yield Finding(
        what=f"torchvision does not fit this PyTorch: {one.quote}.",
        why="Its compiled operators belong to another release or variant (CPU, CUDA) of PyTorch.",
        fix=Fix(
            "Uninstall both, and install them in one command from one index.",
            ("python -m pip uninstall -y torch torchvision torchaudio", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch, torchvision; print(torchvision.ops.nms(torch.rand(1, 4), torch.rand(1), "
        "0.5))'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
