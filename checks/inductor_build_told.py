from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("BLD057", Severity.ERROR, cause="triton-or-compile", because_of=("BLD051", "BLD052", "BLD053"))
def inductor_build_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The C++ code that torch.compile makes for the processor does not compile or link here.

    Inductor calls a C++ compiler with OpenMP: macOS has no OpenMP, old compilers lack C++17, and an environment
    whose library folder is not found lacks libpython.

    How to mend it: read the compiler's first error; install OpenMP (macOS: `brew install libomp`) or a newer
    compiler, or leave out torch.compile.

    Source: torch/_inductor/cpp_builder.py; https://docs.pytorch.org/docs/stable/torch.compiler_troubleshooting.html.
    """
    one = told(messages, "inductor-compile-fails")
    if one is None:
        return
    yield Finding(
        what=f"torch.compile's C++ code cannot be built: {one.quote}.",
        why="Inductor compiles C++ with OpenMP when a function first runs; compiler, OpenMP or libpython do not serve "
        "it.",
        fix=Fix(
            "Install a current C++ compiler and OpenMP, or run without compiling.",
            ("brew install libomp", "conda install -c conda-forge cxx-compiler", "export TORCHDYNAMO_DISABLE=1"),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch; print(torch.compile(torch.sin)(torch.ones(2)))'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
