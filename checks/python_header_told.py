from collections.abc import Iterator

from envdoctor.facts import Host, Message, Python, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.remedies import family
from envdoctor.rules.told import told


@check("BLD052", Severity.ERROR, cause="triton-or-compile")
def python_header_told(
    messages: tuple[Message, ...], python: Python | None | Unknown, host: Host | Unknown
) -> Iterator[Finding]:
    """The header Python.h is missing, which Triton and every C extension are compiled with.

    Distributions put it into a package of its own (python3-dev), and virtual environments take it from the
    Python that they were made from. Warnings about CUDA releases that stand beside this error are not the
    reason.

    How to mend it: install the headers of exactly this Python, or use one that has them (conda, uv, pyenv).

    Source: https://github.com/triton-lang/triton/blob/main/python/triton/runtime/build.py.
    """
    one = told(messages, "python-header-missing", "python-library-for-linking-missing")
    if one is None:
        return
    version = python.version if isinstance(python, Python) and isinstance(python.version, str) else ""
    minor = ".".join(version.split(".")[:2]) or "3"
    system = family(host)
    command = (
        f"sudo dnf install python{minor}-devel"
        if system in ("fedora", "rhel")
        else f"sudo apt-get install python{minor}-dev"
    )
    yield Finding(
        what=f"The header Python.h of this Python is not there: {one.quote}.",
        why="Triton compiles a C module when a kernel first runs, and that module includes Python.h.",
        fix=Fix("Install the headers of this Python.", (command,), Risk.NEEDS_ROOT),
        verify="python -c 'import sysconfig, os; print(os.listdir(sysconfig.get_paths()[\"include\"]))'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
