"""Finds files that hide modules of the standard library, or of packages that PyTorch needs."""

import os
import sys

import installed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, FrozenSet, List, Optional, Set

NEEDED_BY_TORCH = frozenset(
    (
        *("filelock", "fsspec", "jinja2", "markupsafe", "mpmath", "networkx", "numpy", "setuptools", "sympy"),
        *("torch", "torchaudio", "torchgen", "torchvision", "triton", "typing_extensions"),
    )
)
DEVELOPED = frozenset(("torch", "torchaudio", "torchgen", "torchvision", "triton"))
"""People work on these in checkouts that PYTHONPATH names: such a one is meant."""
OURS = frozenset(("__main__", "elf", "examine", "installed", "loaded", "shadows", "torch_run"))


def look() -> "List[str]":
    """Return what hides such a module: files and folders that come before the real one on the search path.

    The standard library can be hidden by what stands before it on the path (the working directory,
    PYTHONPATH); a package by the same, unless its metadata lies there as well: then it is installed there.
    """
    home = os.path.dirname(os.__file__)
    standard = _standard_names(home) - set(sys.builtin_module_names)
    found = []  # type: List[str]
    for entry in sys.path:
        if not isinstance(entry, str) or entry.startswith(home):
            break
        here = _modules(entry)
        wanted = set(standard)
        if not installed.is_packages(entry):
            wanted |= NEEDED_BY_TORCH - (frozenset() if _is_working_folder(entry) else DEVELOPED | _installed_in(entry))
        found.extend(here[name] for name in sorted(here) if name in wanted)
    return found


def _is_working_folder(entry: str) -> bool:
    try:
        return entry == "" or os.path.samefile(entry, os.curdir)
    except OSError:
        return False


def _installed_in(folder: str) -> "Set[str]":
    """Return the packages whose metadata lies in a folder (`pip install --target`), as modules are named."""
    names = (name for name in installed.names(folder) if name.endswith((".dist-info", ".egg-info")))
    return {name.partition("-")[0].partition(".")[0].lower() for name in names}


def taken(shadowing: "List[str]") -> "List[str]":
    """Return those of these files that have been imported."""
    loaded = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    here = {_absolute(file) for file in loaded if isinstance(file, str)}
    return [path for path in shadowing if path in here or os.path.join(path, "__init__.py") in here]


def _modules(folder: str) -> "Dict[str, str]":
    """Return the modules that a folder holds: name -> path."""
    found = {}  # type: Dict[str, str]
    for name in installed.names(folder):
        stem, dot, ending = name.partition(".")
        path = os.path.join(_absolute(folder), name)
        if ending == "py" or (not dot and os.path.isfile(os.path.join(path, "__init__.py"))):
            found[stem] = path
    return found


def _absolute(folder: str) -> str:
    try:
        return os.path.abspath(folder)
    except OSError:  # the working directory is gone
        return folder


def _standard_names(home: str) -> "Set[str]":
    known = getattr(sys, "stdlib_module_names", None)  # from Python 3.10 on
    if known is not None:
        return {name for name in known if not name.startswith("_")}
    found = {name.partition(".")[0] for name in installed.names(home) if not name.startswith("_") and "-" not in name}
    return found - {"test"}  # nobody needs it, and every other project has a folder of that name


def forget(started_with: "FrozenSet[str]") -> None:
    """Unload what we imported and the user's own programs would find elsewhere.

    Our scripts take the standard library's `json`; where a `json.py` hides it, PyTorch gets that one,
    and must get it here.
    """
    for name in [name for name in sys.modules if name not in started_with and "." not in name and name not in OURS]:
        origin = _origin(getattr(sys.modules[name], "__spec__", None))
        if origin is None or origin == _origin(_spec(name)):
            continue
        for other in [other for other in sys.modules if other == name or other.startswith(name + ".")]:
            del sys.modules[other]


def _origin(spec: "Any") -> "Optional[str]":
    return spec.origin if spec is not None and spec.has_location else None


def _spec(name: str) -> "Any":
    for finder in list(sys.meta_path):
        try:
            spec = finder.find_spec(name, None)
        except Exception:  # noqa: S112  # a finder of the patient's
            continue
        if spec is not None:
            return spec
    return None
