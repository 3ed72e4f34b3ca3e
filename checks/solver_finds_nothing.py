from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("INS053", Severity.ERROR, cause="install-blocked", because_of=("PYT052", "INS051"))
def solver_finds_nothing(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The solver of pip, conda, uv or Poetry finds no set of packages that satisfies all that was asked for.

    Pins exclude each other (a torchvision for another torch, a Python that a pin does not have, a CUDA that a
    channel does not build), or a file that was exported on another machine names builds that do not exist here.

    How to mend it: pin as little as possible: PyTorch's release and CUDA, and let the solver choose the rest, in
    a new environment; leave out build strings of an exported file.

    Source: https://pip.pypa.io/en/stable/topics/dependency-resolution/;
    https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html.
    """
    one = told(messages, "solver-fails", "requires-other-python")
    if one is None:
        return
    yield Finding(
        what=f"The installer finds no versions that fit together: {one.quote}.",
        why="What was asked for excludes itself, or asks for builds that the channel or index does not have.",
        fix=Fix(
            "Start with a new environment and the pins of PyTorch alone, then add the rest.",
            (INSTALL,),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -m pip check",
        evidence=one.evidence,
        confidence=one.confidence,
    )
