from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Compiler, Host, Python, Toolkit, Torch
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import compiling_toolkit
from envdoctor.rules.remedies import INSTALL_CXX, INSTALL_PYTHON_HEADERS, family

CXX = ("g++", "clang", "cl")


@check("TKT006", Severity.NOTE, cause="no-toolkit", because_of=("TKT005",))
def extension_cannot_be_built(
    *,
    torch: Torch | None,
    toolkits: tuple[Toolkit, ...],
    compilers: tuple[Compiler, ...],
    python: Python | None,
    packages: dict[str, str],
    environment: dict[str, str],
    host: Host,
) -> Iterator[Finding]:
    """An nvcc is set up for building, and a C++ compiler or the headers of Python are missing.

    An extension of PyTorch that is compiled here (flash-attn, apex, own operators) would stop: "x86_64-linux-
    gnu-g++: No such file or directory", "fatal error: Python.h". PyTorch itself needs neither. Only judged
    where CUDA_HOME or PATH leads to an nvcc, so where somebody means to build.

    How to mend it: install g++ and the headers of this Python; ninja makes the build several times faster.

    Source: https://docs.pytorch.org/docs/stable/cpp_extension.html.
    """
    chosen = compiling_toolkit(toolkits)
    if torch is None or torch.build != "cuda" or chosen is None or python is None or host.os != "linux":
        return
    kind = family(host)
    lacking: dict[str, Any] = {}
    commands: list[str | None] = []
    if not environment.get("CXX") and not any(one.name in CXX for one in compilers):
        lacking["a C++ compiler"] = ("compilers", list(compilers))
        commands.append(INSTALL_CXX.get(kind))
    if python.headers is None:
        lacking["the header Python.h of this Python"] = ("python.headers", None)
        # A Python that did not come with the system has its headers from where it came from.
        commands.append(INSTALL_PYTHON_HEADERS.get(kind) if python.base_prefix == "/usr" else None)
    if not lacking:
        return
    ninja = "ninja" in packages or any(one.name == "ninja" for one in compilers)
    known = tuple(command for command in commands if command)
    yield Finding(
        what=f"An extension of PyTorch could not be built now: {' and '.join(lacking)} {_are(lacking)} not there.",
        why=f"nvcc ({chosen[1].path}) compiles the CUDA part alone; the rest needs them. PyTorch itself does not.",
        fix=Fix(
            "Install what is missing before you build an extension." + ("" if ninja else " ninja makes it faster."),
            known,
            Risk.NEEDS_ROOT if known else Risk.SAFE,
        ),
        evidence=dict(lacking.values()) | {f"{chosen[0]}.nvcc": chosen[1].nvcc},
    )


def _are(lacking: dict[str, Any]) -> str:
    return "is" if len(lacking) == 1 else "are"
