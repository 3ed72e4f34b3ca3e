from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told

VARIABLES = {
    # A sign → the variable, and why it stops the program.
    "preload-fails": ("LD_PRELOAD", "The loader puts what LD_PRELOAD names into every program, and this is not there."),
    "threads-variable-invalid": ("OMP_NUM_THREADS", "The OpenMP runtime reads it at its start, and this is no number."),
    "value-not-a-number": ("LOCAL_RANK", "The program expects a number in it."),
    "arch-list-refused": (
        "TORCH_CUDA_ARCH_LIST",
        "It names a GPU architecture that this release of PyTorch does not know yet or no longer.",
    ),
    "cublas-workspace-unset": (
        "CUBLAS_WORKSPACE_CONFIG",
        "Deterministic algorithms were asked for, and cuBLAS is only deterministic with a workspace of fixed size.",
    ),
}


@check("ENV052", Severity.ERROR, cause="env-variable")
def variable_breaks_start(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A variable of the environment breaks the program or a part of it.

    LD_PRELOAD names a library that is not there, OMP_NUM_THREADS holds no number, TORCH_CUDA_ARCH_LIST a GPU
    that this release does not know, PYTHONHOME another Python's library; CUBLAS_WORKSPACE_CONFIG is missing
    where deterministic algorithms were asked for.

    How to mend it: unset the variable, or give it the value that the message asks for.

    Source: ld.so(8); https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html;
    https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHOME.
    """
    one = told(messages, *VARIABLES)
    if one is None:
        return
    variable, text = VARIABLES[one.message.sign]
    variable = one.value("variable") or variable
    setting = one.message.sign == "cublas-workspace-unset"
    yield Finding(
        what=f"{variable} stops the program: {one.quote}.",
        why=text,
        fix=Fix(f"Set {variable} before the program starts.", (f"export {variable}=:4096:8",))
        if setting
        else Fix(f"Unset {variable}, or give it a value that is valid.", (f"unset {variable}",)),
        verify=f"printenv {variable}",
        evidence=one.evidence,
        confidence=one.confidence,
    )
