"""The Pythons of this machine, from files alone: none is started, and no torch is imported."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from envdoctor.facts import Interpreter, Python, Unknown
from envdoctor.probes.python_places import PROGRAM, Place, places, slashed
from envdoctor.probes.reading import fields, printable
from envdoctor.probes.system import System

GONE = Unknown("there is no such interpreter any more")
INSIDE = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
MOST = 100
"""Pythons that are told of."""
ORDINARY = ("", "PATH")
"""Ways to find a Python that tell nothing beside another one."""


def probe(system: System, examined: Python | None | Unknown = None) -> tuple[Interpreter, ...]:
    """List the Pythons of this machine, each once (by real executable and prefix), the nearest first.

    Args:
        system: the machine.
        examined: the Python that is examined; it leads the list.
    """
    found: dict[tuple[str, str], Interpreter] = {}
    for place in _all_places(system, examined):
        executable = _executable(system, place)
        if executable is None:
            continue
        prefix = _prefix(system, executable)
        key = system.real(executable), system.real(prefix)
        if key in found:
            found[key] = _found_again(found[key], place.found_by)
        elif len(found) < MOST:
            found[key] = _described(system, executable, prefix, place)
    return tuple(found.values())


def _all_places(system: System, examined: Python | None | Unknown) -> Iterator[Place]:
    if isinstance(examined, Python):
        yield Place(slashed(system, examined.executable), "", named=True)
    yield from places(system)


def _executable(system: System, place: Place) -> str | None:
    """Return the interpreter that a place stands for; None: there is none, and nobody said that there is."""
    names = (f"{place.path}/{name}" for name in INSIDE)
    inside = next((path for path in names if system.exists(path) or system.link(path)), None)
    if inside is not None:
        return inside
    # A folder of environments also holds files (.lock), which are none.
    named = place.named or PROGRAM.fullmatch(place.path.rpartition("/")[2]) is not None
    if system.exists(place.path):
        return place.path if named and system.listing(place.path) is None else None
    return place.path if place.named else None


def _prefix(system: System, executable: str) -> str:
    """Return the environment's folder, as Python finds it: a pyvenv.cfg beside the name that is started decides."""
    folder = executable.rpartition("/")[0]
    for prefix in (folder, folder.rpartition("/")[0]):
        if prefix and system.exists(f"{prefix}/pyvenv.cfg"):
            return prefix
    folder = slashed(system, system.real(executable)).rpartition("/")[0]
    above, _, last = folder.rpartition("/")
    return (above or "/") if last in ("bin", "Scripts") else folder or "/"


def _found_again(known: Interpreter, found_by: str) -> Interpreter:
    if found_by in (*ORDINARY, *known.found_by):
        return known
    others = tuple(way for way in known.found_by if way not in ORDINARY)
    return msgspec.structs.replace(known, found_by=(*others, found_by))


def _described(system: System, executable: str, prefix: str, place: Place) -> Interpreter:
    made = Interpreter(
        printable(executable),
        (place.found_by,) if place.found_by else (),
        prefix=printable(prefix),
        examined=not place.found_by,
    )
    if not system.exists(executable):
        return msgspec.structs.replace(made, version=GONE, kind=None, torch=GONE, torch_build=GONE)
    settings = fields(system.text(f"{prefix}/pyvenv.cfg") or "", "=")
    version = _version(system, executable, prefix, settings)
    torch = _torch(system, _folders(system, prefix, version, settings))
    return msgspec.structs.replace(
        made,
        version=version,
        kind=_kind(system, prefix, settings),
        torch=torch[0] if torch else None,
        torch_build=torch[1] if torch else None,
    )


def _kind(system: System, prefix: str, settings: dict[str, str]) -> str:
    if settings:
        return "uv" if "uv" in settings else "venv"
    if system.exists(f"{prefix}/conda-meta"):
        return "conda"
    if "/.pyenv/versions/" in f"{prefix}/":
        return "pyenv"
    if "/uv/python/" in f"{prefix}/":
        return "uv"
    return "system" if prefix in ("/", "/usr", "/usr/local") else "other"


def _version(system: System, executable: str, prefix: str, settings: dict[str, str]) -> str | Unknown:
    """Return the version, as exactly as files tell it."""
    said = [settings.get("version", ""), settings.get("version_info", "")]
    said += [name.removeprefix("python-") for name in _names(system, f"{prefix}/conda-meta", r"python-\d.*\.json")]
    match = re.search(r"(?:versions/|cpython-)(\d+\.\d+\.\d+)", prefix)
    said += [match[1]] if match else []
    for text in said:
        if number := re.match(r"\d+\.\d+(\.\d+)?(?=$|[^\d])", text):
            return number[0]
    named = re.search(r"python(\d+\.\d+)", system.real(executable).rpartition("/")[2])
    libraries = [name.removeprefix("python") for name in _names(system, f"{prefix}/lib", r"python\d\.\d+")]
    short = named[1] if named else libraries[0] if len(libraries) == 1 else None
    if short is None:
        return Unknown("its files do not tell")
    header = system.text(f"{prefix}/include/python{short}/patchlevel.h") or ""
    exact = re.search(r'^#define\s+PY_VERSION\s+"(\d[^"+]*)', header, re.MULTILINE)
    return printable(exact[1]) if exact else short


def _names(system: System, folder: str, pattern: str) -> list[str]:
    return [name for name in system.names(folder) if re.fullmatch(pattern, name)]


def _folders(system: System, prefix: str, version: str | Unknown, settings: dict[str, str]) -> list[str]:
    """Return where `import` would look for packages, in its order. What .pth files add is not followed."""
    short = ".".join(version.split(".")[:2]) if isinstance(version, str) else None
    names = [f"python{short}", f"python{short}t"] if short else _names(system, f"{prefix}/lib", r"python\d\.\d+t?")
    bare = prefix.rstrip("/")
    own = [f"{bare}/{lib}/{name}/site-packages" for name in names for lib in ("lib", "lib64")]
    own.append(f"{bare}/Lib/site-packages")
    shared = not settings or settings.get("include-system-site-packages", "").lower() == "true"
    home = system.environment.get("HOME") or system.calls.home()
    if shared and home:
        own = [f"{slashed(system, home)}/.local/lib/{name}/site-packages" for name in names] + own
    base = settings["home"].rpartition("/")[0] if shared and settings.get("home") else bare
    if shared and settings:
        own += [f"{base}/{lib}/{name}/site-packages" for name in names for lib in ("lib", "lib64")]
    if shared and base in ("/usr", ""):  # Debian's own folders
        own += [f"/usr/local/lib/{name}/dist-packages" for name in names] + ["/usr/lib/python3/dist-packages"]
    return own


def _torch(system: System, folders: list[str]) -> tuple[str | Unknown, str | Unknown] | None:
    """Return version and build of the torch in the first folder that has one."""
    for folder in folders:
        if not system.exists(f"{folder}/torch/__init__.py"):
            continue
        text = system.text(f"{folder}/torch/version.py")
        if text is None:
            unknown = Unknown(f"{folder}/torch/version.py cannot be read")
            return unknown, unknown
        said = {name: _said(text, name) for name in ("__version__", "cuda", "hip", "xpu")}
        builds = (build for name, build in (("cuda", "cuda"), ("hip", "rocm"), ("xpu", "xpu")) if said[name])
        version = said["__version__"]
        return printable(version) if version else Unknown("its version.py names none"), next(builds, "cpu")
    return None


def _said(text: str, name: str) -> str | None:
    found = re.search(rf"^{name}\s*(?::[^=\n]*)?=\s*(?:'([^'\n]*)'|\"([^\"\n]*)\")", text, re.MULTILINE)
    return (found[1] or found[2]) if found else None
