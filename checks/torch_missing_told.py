from collections.abc import Iterator

from envdoctor.facts import Message, Torch, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check(
    "TOR052",
    Severity.ERROR,
    cause="torch-missing",
    because_of=("INS055", "PYT052", "INS051", "INS052", "INS053", "INS054", "SYS071", "TOR001"),
)
def torch_missing_told(
    messages: tuple[Message, ...], torch: Torch | None | Unknown, packages: dict[str, str] | Unknown
) -> Iterator[Finding]:
    """The program's Python has no PyTorch.

    "No module named 'torch'" says that the Python that runs has none. Often another Python on the same machine
    has it: a notebook's kernel, an editor or `sudo` starts a different one than the shell.

    How to mend it: install it into the Python that runs the program, or run the program with the Python that
    has it.

    Source: https://docs.python.org/3/library/exceptions.html#ModuleNotFoundError.
    """
    one = told(messages, "torch-module-missing", "pypi-placeholder")
    if one is None:
        return
    version = None
    if isinstance(torch, Torch) and isinstance(torch.version, str):
        version = torch.version
    listed = {} if isinstance(packages, Unknown) else packages
    satisfied = told(messages, "torch-satisfied-elsewhere")
    elsewhere = version or listed.get("torch") or (satisfied.value("place") if satisfied else None)
    yield Finding(
        what=f"The Python that runs has no torch, although another has one ({elsewhere})."
        if elsewhere
        else f"PyTorch is not installed in the Python that runs: {one.quote}.",
        why="Each Python has packages of its own: what one `pip` installs, another `python` does not see.",
        fix=Fix(
            "Install PyTorch with the very Python that runs the program.",
            ("python -c 'import sys; print(sys.executable)'", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch; print(torch.__version__)'",
        cause="multiple-installs-or-shadowing" if elsewhere else "torch-missing",
        evidence=one.evidence
        | ({"torch.version": version} if version else {})
        | (satisfied.evidence if satisfied else {}),
        confidence="likely" if elsewhere else one.confidence,
    )
