from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import complained


@check("RUN077", Severity.WARNING, cause="cold-start-compile")
def first_steps_slow_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The first steps are slow, or code is compiled again and again.

    The first call loads libraries and kernels, chooses algorithms and compiles; later ones do not. torch.compile
    makes code for a shape and makes it anew for others, up to a limit, from which on nothing is compiled.

    How to mend it: leave the first steps out of what is measured; give compiled code one shape.

    Source: https://docs.pytorch.org/docs/stable/torch.compiler_troubleshooting.html (recompilation).
    """
    found = complained(messages, "cold-start-compile")
    if found is None:
        return
    yield Finding(
        what=f"The first steps, or new shapes, pay for loading and compiling: {found.quote}.",
        why="Kernels are loaded, chosen or compiled when they are first needed; what follows is faster.",
        fix=Fix(
            "Warm up before measuring and before serving. With torch.compile give all batches one shape "
            "(drop_last=True, padding) or use dynamic=True, keep its cache (TORCHINDUCTOR_CACHE_DIR), and see "
            "the reasons with TORCH_LOGS=recompiles.",
            ("TORCH_LOGS=recompiles python train.py",),
        ),
        verify="TORCH_LOGS=recompiles python train.py",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
