from collections.abc import Iterator

from envdoctor.facts import Compiler, Host, Python, TorchRun
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works
from envdoctor.rules.remedies import INSTALL_COMPILER, INSTALL_PYTHON_HEADERS, family

COMPILERS = ("gcc", "clang")
"""Triton takes the first of these on PATH, or what CC names."""


@check("TKT005", Severity.NOTE, cause="triton-or-compile")
def extension_build(
    *,
    host: Host,
    python: Python | None,
    torch_run: TorchRun | None,
    packages: dict[str, str],
    compilers: tuple[Compiler, ...],
    environment: dict[str, str],
) -> Iterator[Finding]:
    """Triton is installed and lacks what it compiles with: a C compiler, or the headers of Python.

    `torch.compile` on a GPU lets Triton build a small C module when a function first runs. Without a
    compiler it raises "Failed to find C compiler"; without the headers, "fatal error: Python.h: No such
    file or directory". Training without `torch.compile` needs neither. nvcc is not needed for it. Only
    judged on Linux where PyTorch reaches a GPU.

    How to mend it: install gcc and the package with the headers of this Python, or name a compiler
    with the variable CC.

    Source: https://github.com/triton-lang/triton/blob/main/python/triton/runtime/build.py.
    """
    if host.os != "linux" or python is None or "triton" not in packages or not cuda_works(torch_run):
        return
    kind = family(host)
    if not environment.get("CC") and not any(one.name in COMPILERS for one in compilers):
        yield _lacks("a C compiler", "compilers", list(compilers), INSTALL_COMPILER.get(kind), packages["triton"])
    if python.headers is None:
        # A Python that did not come with the system has its headers from where it came from.
        command = INSTALL_PYTHON_HEADERS.get(kind) if python.base_prefix == "/usr" else None
        yield _lacks("the header Python.h of this Python", "python.headers", None, command, packages["triton"])


def _lacks(what: str, path: str, value: object, command: str | None, version: str) -> Finding:
    return Finding(
        what=f"Triton {version} is installed, and {what} is not there.",
        why="`torch.compile` on a GPU fails at its first call: Triton compiles a C module then. The rest works.",
        fix=Fix(
            "Install it if you use `torch.compile` or Triton.",
            (command,) if command else (),
            Risk.NEEDS_ROOT if command else Risk.SAFE,
        ),
        evidence={path: value, "packages.triton": version},
    )
