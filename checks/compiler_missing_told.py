from collections.abc import Iterator

from envdoctor.facts import Host, Message, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.remedies import family
from envdoctor.rules.told import told

INSTALL_GCC = {
    "ubuntu": "sudo apt-get install gcc g++",
    "debian": "sudo apt-get install gcc g++",
    "fedora": "sudo dnf install gcc gcc-c++",
    "rhel": "sudo dnf install gcc gcc-c++",
}


@check("BLD051", Severity.ERROR, cause="triton-or-compile")
def compiler_missing_told(messages: tuple[Message, ...], host: Host | Unknown) -> Iterator[Finding]:
    """torch.compile or Triton finds no C or C++ compiler.

    Triton compiles a small C module when a kernel first runs, and Inductor compiles C++ for the processor. Slim
    container images and Windows have no compiler; on Windows MSVC with its SDK is needed, or the compiler that
    newer Triton wheels bring.

    How to mend it: install gcc and g++ (Windows: the Build Tools of Visual Studio), or name a compiler in CC
    and CXX; or leave out torch.compile.

    Source: https://github.com/triton-lang/triton/blob/main/python/triton/runtime/build.py;
    torch/_inductor/cpp_builder.py.
    """
    one = told(messages, "c-compiler-missing")
    if one is None:
        return
    system = family(host)
    windows = system == "windows" or "MSVC" in one.message.text or "Windows SDK" in one.message.text
    command = (
        "winget install Microsoft.VisualStudio.2022.BuildTools"
        if windows
        else INSTALL_GCC.get(system, INSTALL_GCC["debian"])
    )
    yield Finding(
        what=f"There is no compiler for torch.compile or Triton: {one.quote}.",
        why="Both compile code when a function first runs. PyTorch itself needs no compiler.",
        fix=Fix(
            "Install the Build Tools of Visual Studio with the C++ workload."
            if windows
            else "Install a compiler, in a container in its image.",
            (command,),
            Risk.NEEDS_ROOT,
        ),
        verify="cl" if windows else "cc --version && c++ --version",
        evidence=one.evidence,
        confidence=one.confidence,
    )
