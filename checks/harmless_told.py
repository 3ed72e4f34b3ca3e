from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("LIB058", Severity.NOTE, cause="noise")
def harmless_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A message that looks like a fault and is none.

    "pynvml package is deprecated", "libcuda.so.1 is not a symbolic link" under WSL, TensorFlow's "Unable to
    register cuDNN factory", DeepSpeed's "async_io requires", pip's "invalid distribution": nothing fails
    because of them.

    How to mend it: leave it; each can be silenced by installing or removing what it names.

    Source: nvidia-ml-py on PyPI; https://learn.microsoft.com/windows/ai/directml/gpu-cuda-in-wsl.
    """
    one = told(messages, "harmless-output", "triton-optional", "torchvision-image-fails")
    if one is None:
        return
    yield Finding(
        what=f"This message is harmless: {one.quote}.",
        why="The program that prints it goes on; look for the fault elsewhere.",
        fix=Fix("Nothing needs to be done."),
        verify="python -c 'import torch; print(torch.cuda.is_available())'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
