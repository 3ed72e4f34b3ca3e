"""Lets the real resolver name every package of a recommendation, with hashes: for pylock.toml and for --hashes."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from envdoctor.facts import Unknown
from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, wanted
from envdoctor.pins.machine import Machine
from envdoctor.probes.command import Output
from envdoctor.probes.system import System

SECONDS = 600.0
UV_PLATFORMS = {
    "windows_x86_64": "x86_64-pc-windows-msvc",
    "macos_arm64": "aarch64-apple-darwin",
    "macos_x86_64": "x86_64-apple-darwin",
}
UV_FLOORS = ("2.28", "2.31", "2.32", "2.33", "2.34", "2.35", "2.36", "2.37", "2.38", "2.39", "2.40")
"""Versions of glibc that uv has names for ("x86_64-manylinux_2_28"); below them it is manylinux2014."""


class NotResolvedError(RuntimeError):
    """There is no resolver for this, or it failed. One line, with the cure."""


def hashed(answer: Answer, pins: Pins, system: System) -> str:
    """Return requirements, all of them and each with its hashes.

    Raises:
        NotResolvedError: they could not be resolved.
    """
    uv = _uv(system)
    if uv is not None:
        return _uv_compile(uv, answer, pins, system, ("--format", "requirements.txt", "--generate-hashes"))
    entries = _pip_report(answer, pins, system)
    lines = []
    for entry in entries:
        found = (entry["download_info"].get("archive_info") or {}).get("hashes") or {}
        if "sha256" not in found:
            name = entry["metadata"]["name"]
            raise NotResolvedError(f"the index gives no sha256 of {name}; leave --hashes out")
        lines.append(f"{entry['metadata']['name']}=={entry['metadata']['version']} --hash=sha256:{found['sha256']}")
    return "\n".join([*sorted(lines, key=str.lower), ""])


def pylock(answer: Answer, pins: Pins, system: System) -> str:
    """Return a pylock.toml (PEP 751).

    Raises:
        NotResolvedError: it could not be made.
    """
    uv = _uv(system)
    if uv is not None:
        return _uv_compile(uv, answer, pins, system, ("--format", "pylock.toml", "--generate-hashes"))
    with tempfile.TemporaryDirectory(prefix="envdoctor-") as folder:
        file = Path(folder) / "pylock.toml"
        python = _this_python(answer, "pip lock locks for the Python that runs it")
        argv = [python, "-m", "pip", "lock", *wanted(pins), *_extra_indexes(pins), "-o", str(file)]
        _run(argv, system, "pip lock")
        return file.read_text(encoding="utf-8")


def _uv(system: System) -> str | None:
    return system.which("uv.exe" if system.os == "windows" else "uv")


def _uv_compile(uv: str, answer: Answer, pins: Pins, system: System, form: Sequence[str]) -> str:
    with tempfile.TemporaryDirectory(prefix="envdoctor-") as folder:
        source, file = Path(folder) / "requirements.in", Path(folder) / "pylock.toml"
        source.write_text("\n".join([*_requirements(pins), ""]), encoding="utf-8")
        options = ["--no-header", "--no-annotate", "--quiet", *form, "--python-version", _python(answer, pins)]
        if answer.machine is not None:
            options += ["--python-platform", uv_platform(answer.machine)]
        indexes = _extra_indexes(pins)
        # As pip does it: the best version of all indexes.
        indexes += ["--index-strategy", "unsafe-best-match"] if indexes or pins.configured else []
        argv = [uv, "pip", "compile", str(source), *options, *indexes, "-o", str(file)]
        _run([*_for_macos(answer.machine, system), *argv], system, "uv")
        # An address in it may hold the credentials of a mirror.
        return re.sub(r"://[^/@\s\"]*@", "://", file.read_text(encoding="utf-8"))


def _for_macos(machine: Machine | None, system: System) -> list[str]:
    """Tell uv the version of macOS: it takes 13 for granted, and the newer wheels are for 14."""
    if machine is None or machine.os != "macos" or system.os == "windows":
        return []
    return ["env", f"MACOSX_DEPLOYMENT_TARGET={machine.os_version or '14.0'}"]


def _requirements(pins: Pins) -> list[str]:
    return [*wanted(pins), *(one.requirement for one in pins.extras if not one.built)]


def _python(answer: Answer, pins: Pins) -> str:
    return answer.machine.python if answer.machine is not None else pins.python


def uv_platform(machine: Machine) -> str:
    """Return what uv calls a machine."""
    if machine.platform in UV_PLATFORMS:
        return UV_PLATFORMS[machine.platform]
    if machine.glibc is None:
        return f"{machine.arch}-manylinux_2_28"
    mine = tuple(map(int, machine.glibc.split(".")[:2]))
    known = [one for one in UV_FLOORS if tuple(map(int, one.split("."))) <= mine]
    return f"{machine.arch}-manylinux_{known[-1].replace('.', '_')}" if known else f"{machine.arch}-manylinux2014"


def _pip_report(answer: Answer, pins: Pins, system: System) -> list[dict[str, Any]]:
    python = _this_python(answer, "pip resolves for the Python that runs it")
    with tempfile.TemporaryDirectory(prefix="envdoctor-") as folder:
        file = Path(folder) / "report.json"
        options = ["--dry-run", "--ignore-installed", "--quiet", "--report", str(file), *_extra_indexes(pins)]
        _run([python, "-m", "pip", "install", *options, *_requirements(pins)], system, "pip")
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["install"]
        return found


def _this_python(answer: Answer, why: str) -> str:
    if not answer.examined or not answer.target.pip:
        raise NotResolvedError(f"{why}, so this needs uv: pip install uv, and have it on PATH")
    return answer.target.python


def _extra_indexes(pins: Pins) -> list[str]:
    return ["--extra-index-url", pins.index] if pins.index else []


def _run(argv: Sequence[str], system: System, what: str) -> None:
    done = system.run(argv, seconds=SECONDS)
    if done is None:
        raise NotResolvedError(f"there is no program {argv[0]}; install uv, or name another Python with --python")
    if isinstance(done, Unknown):
        raise NotResolvedError(f"{what} did not resolve: {done.reason}; try again")
    if isinstance(done, Output) and 'unknown command "lock"' in done.stderr:
        raise NotResolvedError("this pip has no `pip lock` (25.1 and newer have); update it, or install uv")
    if isinstance(done, Output) and done.exit_code != 0:
        raise NotResolvedError(f"{what} did not resolve: {_said(done)}")


def _said(done: Output) -> str:
    """Return the resolver's words on one line, without the credentials that an address may hold."""
    lines = [
        line.strip(" \u00d7\u2570\u2500\u25b6\u2502\u251c\u2574") for line in (done.stderr or done.stdout).splitlines()
    ]
    told = " ".join(line for line in lines if line and not line.lower().startswith("warning"))
    plain = re.sub(r"://[^/@\s]*@", "://", told)
    return plain[:400] or f"exit code {done.exit_code}"
