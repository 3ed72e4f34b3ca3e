"""Chooses the Python that is examined: the one that the user works with, not the one that runs envdoctor."""

from __future__ import annotations

import os
import re
import sys

import msgspec

from envdoctor.probes.system import System

CURE = "give the path of an interpreter or of its environment"
INTERPRETER = re.compile(r"(?:.*[/\\])?(?:python|pypy)[\d.]*t?(?:\.exe)?", re.IGNORECASE)
"""A path whose file is called like an interpreter: where it cannot be run, that is a finding, no mistake of words."""


class UnknownInterpreterError(Exception):
    """What `--python` names is no interpreter. The message is one line with the cure."""


class Choice(msgspec.Struct, frozen=True):
    """A Python, and why this one."""

    executable: str
    because: str


def choose(
    system: System, wanted: str | None = None, *, own: str = sys.executable, own_prefix: str = sys.prefix
) -> Choice:
    """Choose the Python to examine.

    In this order: what was asked for; the active virtual or conda environment; envdoctor's own
    environment if a torch is installed beside it; the first `python` on PATH; envdoctor's own.

    Args:
        system: where to look.
        wanted: an interpreter, the folder of an environment, or a program's name on PATH.
        own: the interpreter that runs envdoctor.
        own_prefix: its environment.

    Raises:
        UnknownInterpreterError: there is nothing of that name, or it cannot be started.
    """
    if wanted is not None:
        return Choice(_named(system, wanted), "--python names it")
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        folder = system.environment.get(variable)
        # A leftover variable that names a folder which is gone says nothing; a broken environment does.
        if folder and system.exists(folder):
            return Choice(_inside(system, folder) or _usual(system, folder), f"{variable} names its environment")
    if _has_torch(system, own_prefix) and not _is_tool(system, own_prefix):
        return Choice(own, "envdoctor is installed beside its torch")
    for name in ("python", "python3"):
        found = system.which(name)
        if found:
            return Choice(found, f"it is the first {name} on PATH")
    return Choice(own, "there is no other Python on PATH")


def _named(system: System, wanted: str) -> str:
    if not wanted:
        raise UnknownInterpreterError(f"the name is empty; {CURE}")
    path = _absolute(wanted)
    # First: there is a program called `env`, and many a folder.
    found = _inside(system, path) or _beside(system, path)
    if found is None and os.sep not in wanted and "/" not in wanted:
        found = system.which(wanted)
        if found is None and not _is_there(system, path):
            raise UnknownInterpreterError(f"no program {wanted!r} on PATH; {CURE}")
    if found is not None:
        return found
    called = INTERPRETER.fullmatch(path) is not None
    if not _is_there(system, path):
        if called and _is_environment(system, os.path.dirname(os.path.dirname(path))):  # noqa: PTH120  # as it was named
            return path
        raise UnknownInterpreterError(f"{wanted!r} does not exist; {CURE}")
    if system.path(path).is_dir():
        if _is_environment(system, path):
            return _usual(system, path)
        raise UnknownInterpreterError(f"there is no python in the folder {wanted!r}; give the path of an interpreter")
    if not called and system.path(path).is_file() and not os.access(system.path(path), os.X_OK):
        raise UnknownInterpreterError(f"{wanted!r} is not executable; give the path of an interpreter")
    return path


def _absolute(path: str) -> str:
    # Not resolved: a virtual environment's python is a link whose own place matters.
    try:
        return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111
    except OSError:  # the working directory is gone
        return path


def _is_there(system: System, path: str) -> bool:
    """Say whether something has this name, be it a link to nowhere."""
    return system.exists(path) or _is_link(system, path)


def _is_link(system: System, path: str) -> bool:
    try:
        return system.path(path).is_symlink()
    except (OSError, ValueError):  # too long, or no path at all
        return False


def _inside(system: System, folder: str) -> str | None:
    """Return the python of an environment's folder, even a dangling link: that it does not start is a finding."""
    for place in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
        path = f"{folder.rstrip('/')}/{place}"
        if _is_there(system, path):
            return path
    return None


def _beside(system: System, folder: str) -> str | None:
    """Return the python that lies in this very folder, the `bin` of an environment."""
    paths = (f"{folder.rstrip('/')}/{name}" for name in ("python", "python3"))
    return next((path for path in paths if _is_there(system, path) and not system.path(path).is_dir()), None)


def _is_environment(system: System, folder: str) -> bool:
    """Say whether an environment was made in a folder, whatever is left of it."""
    return any(system.exists(f"{folder}/{mark}") for mark in ("pyvenv.cfg", "conda-meta/history"))


def _usual(system: System, folder: str) -> str:
    return f"{folder.rstrip('/')}/{'Scripts/python.exe' if system.os == 'windows' else 'bin/python'}"


def _has_torch(system: System, prefix: str) -> bool:
    folders = [f"{prefix}/lib/{name}/site-packages/torch" for name in system.names(f"{prefix}/lib")]
    return any(system.exists(f"{folder}/__init__.py") for folder in [*folders, f"{prefix}/Lib/site-packages/torch"])


def _is_tool(system: System, prefix: str) -> bool:
    """Say whether pipx or uv made this environment for envdoctor alone."""
    return any(system.exists(f"{prefix}/{mark}") for mark in ("pipx_metadata.json", "uv-receipt.toml"))
