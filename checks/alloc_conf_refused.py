from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("ENV051", Severity.ERROR, cause="env-variable", because_of=("ENV005",))
def alloc_conf_refused(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """PyTorch's memory allocator refuses the variable that configures it.

    PYTORCH_CUDA_ALLOC_CONF (newer: PYTORCH_ALLOC_CONF) is read when CUDA starts. An option that this release
    does not know, a value that is out of range or a quotation mark too many ends the program.

    How to mend it: unset the variable, or write it as the release that runs expects it.

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html#environment-variables.
    """
    one = told(messages, "alloc-conf-refused")
    if one is None:
        return
    option = one.value("option")
    yield Finding(
        what=f"The allocator does not know the option {option} of PYTORCH_CUDA_ALLOC_CONF."
        if option
        else f"PYTORCH_CUDA_ALLOC_CONF is malformed: {one.quote}.",
        why="PyTorch reads the variable when CUDA starts, and stops on what it cannot read.",
        fix=Fix(
            "Unset the variable, then set only options that this release knows.",
            ("unset PYTORCH_ALLOC_CONF PYTORCH_CUDA_ALLOC_CONF",),
        ),
        verify="env | grep ALLOC_CONF",
        evidence=one.evidence,
        confidence=one.confidence,
    )
