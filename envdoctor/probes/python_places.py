"""Where Pythons may be on a machine: names of interpreters and of folders of environments, nothing started."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from envdoctor.probes.system import System

MOST_FOLDERS = 200
"""Of one kind that are looked into: entries of PATH, environments, kernels."""
PROGRAM = re.compile(r"python(3(\.\d+)?t?)?(\.exe)?")
CONDA_ROOTS = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", ".local/share/mamba")
EDITOR_KEYS = ("python.defaultInterpreterPath", "python.pythonPath")
EDITOR = "editor settings"
KERNEL = "Jupyter kernel"


class Place(msgspec.Struct, frozen=True):
    """Where a Python may be, and who says so."""

    path: str
    """An interpreter, or the folder of an environment."""
    found_by: str
    named: bool = False
    """Somebody's settings name it: that it is gone is worth telling."""


def places(system: System) -> Iterator[Place]:
    """Yield where Pythons may be; first what is nearest to the work that is done here."""
    working = system.calls.working()
    folder = slashed(system, working) if isinstance(working, str) else None
    home = _home(system)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if value := system.environment.get(variable):
            yield Place(slashed(system, value), variable)
    if folder is not None:
        yield from _of_project(system, folder)
        yield from _editor(system, folder, home)
    yield from _kernels(system, home)
    yield from _on_path(system, folder, home)
    yield from _managed(system, home)


def slashed(system: System, path: str) -> str:
    """Return a path with slashes, and none at its end."""
    path = path.replace("\\", "/") if system.os == "windows" else path
    return path.rstrip("/") or "/"


def _home(system: System) -> str | None:
    home = system.environment.get("USERPROFILE" if system.os == "windows" else "HOME") or system.calls.home()
    return slashed(system, home) if home else None


def _upward(folder: str) -> list[str]:
    """Return a folder and those above it, up to the top."""
    parts = folder.rstrip("/").split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), 0, -1)][:MOST_FOLDERS]


def _of_project(system: System, working: str) -> Iterator[Place]:
    for folder in _upward(working):
        for name in (".venv", "venv"):
            if system.exists(f"{folder}/{name}/pyvenv.cfg"):
                yield Place(f"{folder}/{name}", f"{name} in the working directory or above")


def _editor(system: System, working: str, home: str | None) -> Iterator[Place]:
    """Read which Python the editor was told to use for this folder."""
    settings = _object(system, f"{working}/.vscode/settings.json")
    for key in EDITOR_KEYS:
        value = settings.get(key)
        if isinstance(value, str) and value.strip():
            path = _resolved(system, value.strip(), working, home)
            if path is not None:
                yield Place(path, EDITOR, named=True)
            return


def _resolved(system: System, value: str, working: str, home: str | None) -> str | None:
    """Fill in the variables of the editor; None: it names something that only the editor knows."""
    value = re.sub(r"\$\{workspace(Folder|Root)\}", lambda _: working, value)
    value = re.sub(r"\$\{userHome\}", lambda match: home or match[0], value)
    value = re.sub(r"\$\{env:(\w+)\}", lambda match: system.environment.get(match[1], ""), value)
    if home and (value == "~" or value.startswith("~/")):
        value = home + value[1:]
    value = slashed(system, value)
    if "${" in value:
        return None
    if "/" not in value:
        return system.which(value) or (f"{working}/{value}" if system.exists(f"{working}/{value}") else None)
    return value if _is_absolute(value) else f"{working}/{value.removeprefix('./')}"


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":/"


def _object(system: System, path: str) -> Mapping[str, Any]:
    """Read a JSON object as editors write it: with comments, and commas before a closing bracket."""
    text = system.text(path)
    if not text:
        return {}
    try:
        found = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.MsgspecError, RecursionError):
        # What stands on a line of its own is enough; a line that begins with a comment does not match.
        pairs = re.findall(r'^[ \t{]*"([\w.]+)"[ \t]*:[ \t]*"((?:[^"\\\n]|\\.)*)"', text, re.MULTILINE)
        return {key: value.replace("\\\\", "\\") for key, value in pairs}
    return found if isinstance(found, dict) else {}


def _kernels(system: System, home: str | None) -> Iterator[Place]:
    """Read which Pythons the notebooks of this user start."""
    folders = [slashed(system, entry) for entry in system.environment.get("JUPYTER_PATH", "").split(os.pathsep)]
    if home:
        folders += [f"{home}/.local/share/jupyter", f"{home}/Library/Jupyter"]
    folders += ["/usr/local/share/jupyter", "/usr/share/jupyter"]
    for folder in dict.fromkeys(folder for folder in folders if _is_absolute(folder)):
        for name in system.names(f"{folder}/kernels")[:MOST_FOLDERS]:
            argv = _object(system, f"{folder}/kernels/{name}/kernel.json").get("argv")
            program = argv[0] if isinstance(argv, list) and argv and isinstance(argv[0], str) else ""
            program = slashed(system, program)
            # "python" without a folder is the Python of Jupyter itself, whichever that is.
            if _is_absolute(program) and PROGRAM.fullmatch(program.rpartition("/")[2]):
                yield Place(program, f"{KERNEL} {name}", named=True)


def _on_path(system: System, working: str | None, home: str | None) -> Iterator[Place]:
    for name in ("python", "python3"):
        path = next((path for path in system.everywhere(name) if not _is_shim(path)), None)
        shim = system.which(name)
        if shim is not None and _is_shim(shim):
            path = _behind_shim(system, working, home) or path
        if path is not None:
            yield Place(path, f"{name} on PATH")
    for folder in list(dict.fromkeys(system.environment.get("PATH", "").split(os.pathsep)))[:MOST_FOLDERS]:
        folder = slashed(system, folder)  # noqa: PLW2901  # the same, written otherwise
        if not _is_absolute(folder) or _is_shim(f"{folder}/python"):
            continue
        for name in system.names(folder):
            if PROGRAM.fullmatch(name):
                yield Place(f"{folder}/{name}", "PATH")


def _is_shim(path: str) -> bool:
    return path.endswith(("/shims/python", "/shims/python3"))


def _pyenv(system: System, home: str | None) -> str | None:
    return system.environment.get("PYENV_ROOT") or (f"{home}/.pyenv" if home else None)


def _behind_shim(system: System, working: str | None, home: str | None) -> str | None:
    """Return the folder of the Python that pyenv starts here; None: the system's."""
    root = _pyenv(system, home)
    if root is None:
        return None
    files = [f"{folder}/.python-version" for folder in _upward(working)] if working else []
    said = system.environment.get("PYENV_VERSION", "").replace(":", "\n")
    said = said or next((text for text in map(system.text, [*files, f"{root}/version"]) if text), "")
    version = said.split()[0] if said.split() else "system"
    return f"{root}/versions/{version}" if version != "system" and "/" not in version else None


def _managed(system: System, home: str | None) -> Iterator[Place]:
    """Yield the environments that tools keep in folders of their own."""
    environment = system.environment
    if home:
        for line in (system.text(f"{home}/.conda/environments.txt") or "").splitlines()[:MOST_FOLDERS]:
            if _is_absolute(slashed(system, line.strip())):
                yield Place(slashed(system, line.strip()), "conda")
    roots = [f"{home}/{name}" for name in CONDA_ROOTS] if home else []
    roots += ["/opt/conda", *(f"/opt/{name}" for name in CONDA_ROOTS if not name.startswith("."))]
    for root in (environment.get("MAMBA_ROOT_PREFIX", ""), environment.get("CONDA_EXE", "").rpartition("/bin/")[0]):
        roots += [slashed(system, root)] if root else []
    for root in dict.fromkeys(roots):
        if system.exists(f"{root}/conda-meta"):
            yield Place(root, "conda")
        yield from _each(system, f"{root}/envs", "conda")
    if pyenv := _pyenv(system, home):
        yield from _each(system, f"{slashed(system, pyenv)}/versions", "pyenv")
    if workon := environment.get("WORKON_HOME"):
        yield from _each(system, slashed(system, workon), "virtualenvwrapper")
    if home:
        yield from _each(system, f"{home}/.cache/pypoetry/virtualenvs", "poetry")
        yield from _each(system, f"{home}/Library/Caches/pypoetry/virtualenvs", "poetry")
        yield from _each(system, f"{home}/.local/share/virtualenvs", "pipenv")
        yield from _each(system, f"{home}/.virtualenvs", "virtualenvwrapper")
        yield from _each(system, f"{home}/.local/share/uv/python", "uv")


def _each(system: System, folder: str, found_by: str) -> Iterator[Place]:
    return (Place(f"{folder}/{name}", found_by) for name in system.names(folder)[:MOST_FOLDERS])
