from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.companions_told import companion_told
from envdoctor.rules.loading import loader_told
from envdoctor.rules.told import told


@check("LIB052", Severity.ERROR, cause="torchaudio-mismatch", because_of=("TOR055", "LIB002"))
def torchaudio_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Torchaudio does not fit the PyTorch beside it.

    libtorchaudio is compiled against one release of PyTorch and one CUDA. With another it does not load
    ("undefined symbol", "Could not load this library"), or refuses at import.

    How to mend it: install torch and torchaudio in one command from one index. torchaudio ends at 2.11.

    Source: https://docs.pytorch.org/audio/stable/installation.html (compatibility matrix).
    """
    one = companion_told(messages, "torchaudio") or loader_told(messages, "torchaudio-mismatch")
    one = one or told(messages, "torchaudio-fails")
    if one is None:
        return
    yield Finding(
        what=f"torchaudio does not fit this PyTorch: {one.quote}.",
        why="Its compiled part belongs to another release or variant (CPU, CUDA) of PyTorch.",
        fix=Fix(
            "Uninstall both, and install them in one command from one index.",
            ("python -m pip uninstall -y torch torchvision torchaudio", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch, torchaudio; print(torch.__version__, torchaudio.__version__)'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
