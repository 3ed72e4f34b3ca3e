from collections.abc import Iterator

from envdoctor.facts import Python, TorchRun, Unknown, known
from envdoctor.findings import Finding, Fix, Risk, Severity, check

TOO_FEW = 32


@check("PYT003", Severity.ERROR, cause="python-unsupported")
def python_32_bit(python: Python | None, torch_run: TorchRun | None | Unknown) -> Iterator[Finding]:
    """The examined Python is a 32-bit program.

    PyTorch publishes wheels for 64-bit Pythons only, so pip says "no matching distribution". On
    Windows the first download button of python.org once gave the 32-bit installer.

    How to mend it: install a 64-bit Python and make the environment with it.

    Source: the wheel tags of torch on PyPI (win_amd64, x86_64, aarch64, arm64).
    """
    if python is None or python.failure is not None or known(python.bits, "python.bits") != TOO_FEW:
        return
    if isinstance(torch_run, TorchRun) and torch_run.failure is None:
        return  # built from source, and it runs
    version = f" {python.version}" if isinstance(python.version, str) else ""
    yield Finding(
        what=f"The examined Python{version} is a 32-bit program.",
        why="PyTorch has wheels for 64-bit Pythons only; pip finds no matching distribution for this one.",
        fix=Fix(
            "Install a 64-bit Python (on a 64-bit operating system) and make a new environment with it.",
            risk=Risk.CHANGES_ENVIRONMENT,
        ),
        evidence={"python.bits": python.bits},
    )
