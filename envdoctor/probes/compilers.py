"""The host compilers that nvcc and PyTorch's extensions would use, and the tools that drive them."""

from __future__ import annotations

import functools
import re

from envdoctor.facts import Compiler, Unknown
from envdoctor.probes.command import Output
from envdoctor.probes.reading import printable
from envdoctor.probes.system import System
from envdoctor.probes.together import look_together

SECONDS = 2.0
ASK = {
    # clang knows no -dumpfullversion; gcc before 7 answers the second only.
    "gcc": ("-dumpfullversion", "-dumpversion"),
    "g++": ("-dumpfullversion", "-dumpversion"),
    "clang": ("--version",),
}
BUILD_TOOLS = ("ninja", "cmake")
"""Which are there is what counts; they are not started for their versions."""
MAC_TOOLS = ("/Library/Developer/CommandLineTools/usr/bin/clang", "/Applications/Xcode.app")


def probe(system: System) -> tuple[Compiler, ...]:
    """Find the compilers on PATH and ask all of them at once for their version."""
    suffix = ".exe" if system.os == "windows" else ""
    paths = {name: path for name in ASK if (path := system.which(f"{name}{suffix}"))}
    if system.os == "darwin" and not any(system.exists(tool) for tool in MAC_TOOLS):
        # Starting one of Apple's stand-ins would open a window that offers to install the tools.
        return ()
    looks = {name: functools.partial(_ask, system, name, path) for name, path in paths.items()}
    versions, _ = look_together(looks, seconds=SECONDS + 1.0)
    found = tuple(Compiler(name, printable(path), versions[name]) for name, path in paths.items())
    tools = {name: system.which(f"{name}{suffix}") for name in BUILD_TOOLS}
    beside = (Compiler(name, printable(path), Unknown("it was not started")) for name, path in tools.items() if path)
    return (*found, *_microsoft(system), *beside)


def _ask(system: System, name: str, path: str) -> str | None | Unknown:
    return version_of(name, system.run([str(system.path(path)), *ASK[name]], seconds=SECONDS))


def version_of(name: str, answer: Output | None | Unknown) -> str | None | Unknown:
    """Understand what a compiler says of itself."""
    if not isinstance(answer, Output):
        return answer or Unknown(f"{name} does not start")
    pattern = r"^(\d+(?:\.\d+)*)" if name != "clang" else r"clang version (\d+(?:\.\d+)*)"
    found = re.search(pattern, answer.stdout.strip())
    return found[1] if found else Unknown(f"{name} told no version; it ended with exit code {answer.exit_code}")


def _microsoft(system: System) -> tuple[Compiler, ...]:
    """Find cl.exe, which is on PATH in a developer's prompt only. Its folder names the tools' version."""
    path = system.which("cl.exe") if system.os == "windows" else None
    if path is None:
        return ()
    version = re.search(r"MSVC[\\/](\d+(?:\.\d+)+)", path)
    return (Compiler("cl", printable(path), version[1] if version else Unknown("its path does not tell")),)
