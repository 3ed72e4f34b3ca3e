from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("RUN062", Severity.NOTE, cause="not-env")
def program_at_fault(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The message points at the program, not at the machine.

    A device-side assert means an index or a label beyond what the model has; sizes that do not match, tensors
    on two devices and most illegal accesses come from the code or from a library's kernel. No other driver,
    CUDA or PyTorch mends a program's own index.

    How to mend it: find the line with CUDA_LAUNCH_BLOCKING=1 or on the CPU; compare labels with the number of
    classes.

    Source: https://pytorch.org/docs/stable/notes/cuda.html (asynchronous execution);
    c10/cuda/CUDADeviceAssertion.h.
    """
    found = told(
        messages,
        "device-assert",
        "illegal-access",
        "wrong-shapes",
        "wrong-device",
        "memory-regression",
        "mps-unimplemented",
        "same-gpu-twice",
    )
    if found is None:
        return
    yield Finding(
        what=f"The message names a fault of the program or of a library, not of this machine: {found.quote}.",
        why="The environment started the kernel, and the kernel refused what it was given.",
        fix=Fix(
            "Run once with CUDA_LAUNCH_BLOCKING=1, or on the CPU, to see the line. For an assert compare "
            "the labels with 0 … classes - 1 and the tokens with the size of the embedding. For an "
            "illegal access try compute-sanitizer and a newer release, and report it with a small "
            "example.",
            ("CUDA_LAUNCH_BLOCKING=1 python train.py",),
        ),
        verify="CUDA_LAUNCH_BLOCKING=1 python train.py",
        confidence=found.confidence,
        evidence=found.evidence,
    )
