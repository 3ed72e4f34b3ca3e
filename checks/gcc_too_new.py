from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.data import toolkit as row_of
from envdoctor.facts import Compiler, Host, Toolkit, known
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import compiling_toolkit
from envdoctor.rules.remedies import family

OVERRIDES = ("CC", "CXX", "CUDAHOSTCXX", "NVCC_CCBIN", "NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS")
"""Whoever sets one of these has chosen a host compiler, or told nvcc to take any."""


@check("TKT003", Severity.WARNING, cause="gcc-unsupported", because_of=("TKT004",))
def gcc_too_new(
    toolkits: tuple[Toolkit, ...], compilers: tuple[Compiler, ...], environment: dict[str, str], host: Host
) -> Iterator[Finding]:
    """The host compiler is newer than nvcc accepts.

    nvcc hands the C++ part of a program to gcc, and each CUDA release knows gcc up to some version. With a
    newer one a build stops: "unsupported GNU version! gcc versions later than 12 are not supported". Running
    PyTorch needs neither.

    How to mend it: install an older gcc beside it and name that one, or use a newer toolkit.

    Source: crt/host_config.h of each toolkit; https://docs.nvidia.com/cuda/cuda-installation-guide-linux/.
    """
    chosen = compiling_toolkit(toolkits)
    place, gcc = next(((i, one) for i, one in enumerate(compilers) if one.name == "gcc"), (0, None))
    if chosen is None or gcc is None or host.os == "windows" or any(environment.get(name) for name in OVERRIDES):
        return
    path, toolkit = chosen
    cuda, version = known(toolkit.version, f"{path}.version"), known(gcc.version, f"compilers.{place}.version")
    row = row_of(cuda) if cuda else None
    if row is None or row.gcc_max is None or not version or number(version)[:1] <= (row.gcc_max,):
        return
    yield Finding(
        what=f"gcc is {version}; nvcc of CUDA {cuda} ({toolkit.path}) accepts gcc up to {row.gcc_max}.",
        why="Building an extension of PyTorch with CUDA code stops at the first file.",
        fix=_fix(row.gcc_max, host),
        evidence={f"compilers.{place}.version": version, f"{path}.version": cuda},
    )


def _fix(newest: int, host: Host) -> Fix:
    text = f"For building, install gcc {newest} beside it and name it; or use a newer CUDA toolkit."
    names = (f"export CC=gcc-{newest} CXX=g++-{newest} NVCC_PREPEND_FLAGS='-ccbin g++-{newest}'",)
    if family(host) in ("ubuntu", "debian"):
        return Fix(text, (f"sudo apt-get install gcc-{newest} g++-{newest}", *names), Risk.NEEDS_ROOT)
    return Fix(text, names)
