from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("BLD056", Severity.ERROR, cause="triton-or-compile")
def compile_unsupported_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """torch.compile does not support this platform, Python or GPU.

    Dynamo followed new Pythons late (3.11 from 2.1, 3.12 from 2.4, 3.13 from 2.6), Windows came with 2.6 for the
    processor and 2.7 for XPU, and Triton has no code for GPUs before 7.0.

    How to mend it: update PyTorch, use an older Python, or leave out torch.compile on this machine.

    Source: torch/_dynamo/eval_frame.py, check_if_dynamo_supported; torch/_inductor/scheduler.py.
    """
    one = told(messages, "compile-unsupported", "gpu-too-old-for-triton")
    if one is None:
        return
    old = one.message.sign == "gpu-too-old-for-triton"
    yield Finding(
        what=f"torch.compile does not support this {'GPU' if old else 'platform or Python'}: {one.quote}.",
        why="Triton makes code for GPUs of capability 7.0 and newer."
        if old
        else "This release of PyTorch compiles on other systems and Pythons only.",
        fix=Fix(
            "Leave out torch.compile, or set TORCHDYNAMO_DISABLE=1."
            if old
            else "Update PyTorch, or set TORCHDYNAMO_DISABLE=1 to run without compiling.",
            ("export TORCHDYNAMO_DISABLE=1",),
        ),
        verify="python -c 'import torch; print(torch.compile(torch.sin)(torch.ones(2)))'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
