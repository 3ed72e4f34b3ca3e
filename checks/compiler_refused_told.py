from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.data import toolkit as row_of
from envdoctor.facts import Compiler, Host, Message, Toolkit, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import compiling_toolkit
from envdoctor.rules.remedies import family
from envdoctor.rules.told import Told, told

UNBUILT = ("extension-complained-of", "extension-build-fails")


@check("TKT053", Severity.ERROR, cause="gcc-unsupported")
def compiler_refused_told(
    messages: tuple[Message, ...],
    toolkits: tuple[Toolkit, ...] | Unknown,
    compilers: tuple[Compiler, ...] | Unknown,
    host: Host | Unknown,
) -> Iterator[Finding]:
    """The host compiler is too new or too old for nvcc or for PyTorch's headers.

    nvcc hands C++ to gcc, clang or cl.exe, and each CUDA release knows them up to some version; newer ones are
    refused, or their standard headers hold what nvcc cannot read ("parameter packs not expanded"). PyTorch's
    headers need C++17 since 2.1, which gcc below 9 does not fully have. Where a text only says that a build
    fails, the versions that it shows are compared.

    How to mend it: install a compiler that both accept beside the other and name it, or use a newer toolkit.

    Source: crt/host_config.h of each toolkit; torch/utils/cpp_extension.py;
    https://docs.nvidia.com/cuda/cuda-installation-guide-linux/.
    """
    one = told(messages, "compiler-refused", "compiler-headers-refused", "compiler-too-old")
    if one is None:
        yield from _by_versions(told(messages, *UNBUILT), toolkits, compilers, host)
        return
    newest = one.value("newest")
    old = one.message.sign == "compiler-too-old" or "less than the minimum" in one.message.text
    yield Finding(
        what=f"The host compiler is {'too old' if old else 'not one that nvcc accepts'}: {one.quote}.",
        why="PyTorch's headers need a newer C++ than this compiler, or the way it was called, gives them."
        if old
        else "Each CUDA release accepts host compilers up to some version, and this one is newer.",
        fix=_fix(newest, family(host), old=old),
        verify="gcc --version | head -n 1; nvcc --version | tail -n 2",
        evidence=one.evidence,
        confidence=one.confidence,
    )


def _by_versions(
    complaint: Told | None,
    toolkits: tuple[Toolkit, ...] | Unknown,
    compilers: tuple[Compiler, ...] | Unknown,
    host: Host | Unknown,
) -> Iterator[Finding]:
    chosen = compiling_toolkit(toolkits)
    if complaint is None or chosen is None or isinstance(compilers, Unknown):
        return
    place, gcc = next(((i, one.version) for i, one in enumerate(compilers) if one.name == "gcc"), (0, None))
    path, toolkit = chosen
    cuda = toolkit.version
    row = row_of(cuda) if isinstance(cuda, str) else None
    if row is None or row.gcc_max is None or not isinstance(gcc, str) or number(gcc)[:1] <= (row.gcc_max,):
        return
    yield Finding(
        what=f"gcc is {gcc}; nvcc of CUDA {cuda} accepts gcc up to {row.gcc_max}.",
        why="Building an extension with CUDA code stops at the first file.",
        fix=_fix(str(row.gcc_max), family(host), old=False),
        verify="gcc --version | head -n 1; nvcc --version | tail -n 2",
        evidence=complaint.evidence | {f"compilers.{place}.version": gcc, f"{path}.version": cuda},
        confidence="likely",
    )


def _fix(newest: str | None, system: str, *, old: bool) -> Fix:
    if system == "windows":
        return Fix(
            "Install the Build Tools of a Visual Studio that this CUDA accepts, or a newer toolkit.",
            risk=Risk.NEEDS_ROOT,
        )
    if old:
        return Fix(
            "Use gcc 9 or newer; on old systems from a toolset or from conda.",
            ("conda install -c conda-forge gxx_linux-64=11",),
            Risk.CHANGES_ENVIRONMENT,
        )
    number = newest or "10"
    names = (f"export CC=gcc-{number} CXX=g++-{number} NVCC_PREPEND_FLAGS='-ccbin g++-{number}'",)
    text = f"Install gcc {number} beside it and name it for building, or use a newer CUDA toolkit."
    if system in ("ubuntu", "debian"):
        return Fix(text, (f"sudo apt-get install gcc-{number} g++-{number}", *names), Risk.NEEDS_ROOT)
    return Fix(text, names)
