"""The operating system and its C library."""

from __future__ import annotations

import re

from envdoctor.facts import Host, Unknown
from envdoctor.probes.command import Output
from envdoctor.probes.reading import printable
from envdoctor.probes.system import System

ARCHITECTURES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}
"""Names of other systems → Linux's."""
WINDOWS_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
WINDOWS_11_BUILD = 22000
"""Windows 11 still calls itself 10 everywhere else. Source: Microsoft, "Windows 11 release information"."""


def probe(system: System) -> Host:
    """Look at os-release, the kernel's name and the running C library."""
    release, machine = system.calls.uname()
    arch = ARCHITECTURES.get(machine.lower(), machine.lower()) or Unknown("the system does not name it")
    if system.os == "windows":
        name, build = _windows(system)
        return Host("windows", name, build, arch, None, None)
    if system.os == "darwin":
        version = system.calls.product_version()
        return Host("darwin", f"macOS {version}" if version else "macOS", release or None, arch, None, None)
    if system.os != "linux":
        return Host(system.os, None, release or None, arch)
    libc, libc_version = c_library(system)
    kernel = printable(system.text("/proc/sys/kernel/osrelease") or release) or Unknown("the system does not name it")
    return Host("linux", _distribution(system), kernel, arch, libc, libc_version)


def _distribution(system: System) -> str | None | Unknown:
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        content = system.read(path)
        if content is not None:
            return content if isinstance(content, Unknown) else name_of(content)
    return None


def name_of(os_release: str) -> str | None:
    """Understand os-release: the name for people. Source: man 5 os-release."""
    found: dict[str, str] = {}
    for line in os_release.split("\n"):
        key, mark, value = line.strip().partition("=")
        if mark and not key.startswith("#"):
            found[key] = _unquote(value)
    name = found.get("PRETTY_NAME") or " ".join(filter(None, (found.get("NAME"), found.get("VERSION"))))
    return name or None


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return re.sub(r"\\(.)", r"\1", value).strip()


def c_library(system: System) -> tuple[str | None | Unknown, str | None | Unknown]:
    """Return name and version of the C library that runs.

    glibc answers for itself. Where it does not, the process runs on another one, and the loader of
    musl tells its version when it is started without a program.
    """
    answer = system.calls.libc()
    if answer:
        name, _, version = answer.partition(" ")
        return name, version or Unknown(f"confstr says {answer!r} only")
    loader = next((name for name in system.names("/lib") if name.startswith("ld-musl-")), None)
    if loader is None:
        reason = Unknown("the C library is neither glibc nor musl")
        return reason, reason
    return "musl", musl_version(system.run([str(system.path(f"/lib/{loader}"))], seconds=2.0))


def musl_version(answer: Output | None | Unknown) -> str | Unknown:
    """Understand what musl's loader prints when it is started alone."""
    if not isinstance(answer, Output):
        return answer or Unknown("musl's loader does not start")
    found = re.search(r"^Version (\d+(?:\.\d+)+)", answer.stderr + answer.stdout, re.MULTILINE)
    return found[1] if found else Unknown("musl's loader does not tell its version")


def _windows(system: System) -> tuple[str | None, str | None]:
    registry = system.calls.registry
    build = registry(WINDOWS_VERSION, "CurrentBuildNumber")
    version = f"10.0.{build}" if build else system.calls.product_version()
    return windows_name(registry(WINDOWS_VERSION, "ProductName"), registry(WINDOWS_VERSION, "DisplayVersion"), version)


def windows_name(product: str | None, display: str | None, version: str | None) -> tuple[str | None, str | None]:
    """Return name and version for people: the registry says "Windows 10 Pro" on Windows 11 as well."""
    name = product or "Windows"
    build = (version or "").rpartition(".")[2]
    if build.isdecimal() and int(build) >= WINDOWS_11_BUILD:
        name = "Windows 11" if name == "Windows" else name.replace("Windows 10", "Windows 11")
    return " ".join(filter(None, (name, display))), version
