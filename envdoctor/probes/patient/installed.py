"""Reads what is installed from the names and texts of files, without importing any of it."""

import functools
import importlib.util
import os
import re
import sys

import elf

TYPE_CHECKING = False
if TYPE_CHECKING:  # what starts without torch is spared the import
    from typing import Any, Dict, Iterator, List, Optional, Tuple

CAP_CHARACTERS = 16 << 20


class CannotTellError(Exception):
    """A question about the environment has no answer; the message says why."""


def look() -> "Dict[str, Any]":
    """Return packages by metadata: normalised name -> version, and those found twice or half removed."""
    packages = {}  # type: Dict[str, str]
    duplicates = {}  # type: Dict[str, List[str]]
    leftovers = []  # type: List[str]
    for folder in _folders():
        # pip renames what it is about to remove; what still has that name was never removed.
        leftovers.extend(os.path.join(folder, name) for name in names(folder) if name[0] == "~" and is_packages(folder))
    for folder, name in _entries():
        parsed = _distribution(folder, name)
        if parsed is None:
            continue
        key, version = parsed
        if key in packages and packages[key] != version:
            duplicates.setdefault(key, [packages[key]]).append(version)
        packages.setdefault(key, version)
    condas = _torch_of_conda()
    # conda-forge calls its builds "2.5.1.post303".
    if condas and "torch" in packages and not re.match(re.escape(condas) + r"(?!\d|\.\d)", packages["torch"]):
        duplicates.setdefault("torch", [packages["torch"]]).append("%s (conda)" % condas)
    return {"packages": packages, "duplicates": duplicates, "leftovers": leftovers}


def _torch_of_conda() -> "Optional[str]":
    """Return the version of the PyTorch that conda has put into this environment, by its own list; or None."""
    for name in names(os.path.join(sys.prefix, "conda-meta")):
        found = re.match(r"pytorch-(\d[\w.]*)-[^-]+\.json$", name)
        if found:
            return found.group(1)
    return None


def version_of(wanted: str) -> "Optional[str]":
    """Return the version of a package by metadata, or None."""
    for folder, name in _entries():
        parsed = _distribution(folder, name)
        if parsed is not None and parsed[0] == wanted:
            return parsed[1]
    return None


def _entries() -> "Iterator[Tuple[str, str]]":
    for folder in _folders():
        for name in names(folder):
            if name.endswith((".dist-info", ".egg-info")):
                yield folder, name


def _folders() -> "List[str]":
    # What is no text on the path is passed over by Python's own import as well.
    found = []  # type: List[str]
    for entry in sys.path:
        if isinstance(entry, str) and (entry or os.curdir) not in found:
            found.append(entry or os.curdir)
    return found


@functools.lru_cache(maxsize=None)
def names(folder: str) -> "List[str]":
    """Return the sorted names in a folder; none if it cannot be read."""
    try:
        return sorted(os.listdir(folder or os.curdir))
    except (OSError, ValueError):
        return []


def is_packages(folder: str) -> bool:
    """Say whether packages are installed into this folder."""
    return folder.rstrip(os.sep).endswith(("site-packages", "dist-packages"))


def _distribution(folder: str, name: str) -> "Optional[Tuple[str, str]]":
    stem, kind = name.rsplit(".", 1)
    if name.startswith("~"):
        return None
    stem = re.sub(r"-py\d(\.\d+)?$", "", stem) if kind == "egg-info" else stem
    key, dash, version = stem.rpartition("-")
    if not dash:
        key = stem
        found = re.search(r"^Version: *(\S+)", read(os.path.join(folder, name, "PKG-INFO")), re.MULTILINE)
        version = found.group(1) if found else ""
    return re.sub(r"[-_.]+", "-", key).lower(), version


def find(module: str) -> "Optional[str]":
    """Return the folder (or file) that `import module` would take, or None. Nothing is imported.

    Raises:
        CannotTellError: a finder that the patient has installed fails.
    """
    try:
        spec = importlib.util.find_spec(module)
    except ValueError:  # it is loaded already, and by odd means
        return getattr(sys.modules.get(module), "__file__", None) or module
    except Exception as error:
        raise CannotTellError("%s raised while it was looked for: %s" % (type(error).__name__, module)) from None
    if spec is None:
        return None
    if spec.origin and spec.origin not in ("built-in", "frozen", "namespace"):
        return os.path.dirname(spec.origin) if spec.submodule_search_locations else spec.origin
    return next(iter(spec.submodule_search_locations or ()), None)


def torch_and_companions(torch: "Optional[str]") -> "Dict[str, Any]":
    """Return what the files of torch, torchvision and torchaudio say."""
    facts = {"torch": _torch(torch)}  # type: Dict[str, Any]
    for name in ("torchvision", "torchaudio"):
        try:
            path = find(name)
        except CannotTellError as error:  # noqa: PERF203  # twice
            facts[name] = {"unknown": str(error)}
        else:
            facts[name] = None if path is None else _companion(name, path, torch)
    return facts


def _torch(path: "Optional[str]") -> "Optional[Dict[str, Any]]":
    if path is None:
        return None
    metadata = _metadata("torch")
    facts = _version_file(path)
    facts.update(
        path=path,
        metadata_version=metadata[0] if metadata else None,
        metadata_folder=metadata[3] if metadata else None,
        installer=metadata[1] if metadata else None,
        has_libtorch_cuda=_has_libtorch_cuda(path),
        extensions=[name for name in names(path) if re.match(r"_C\..*\b(so|pyd)$", name)],
    )
    if metadata:
        facts["requires"] = metadata[4]
    return facts


def _has_libtorch_cuda(path: str) -> bool:
    return any(
        os.path.exists(os.path.join(path, "lib", name))
        for name in ("libtorch_cuda.so", "torch_cuda.dll", "torch_cuda_cu.dll")
    )


def _version_file(path: str) -> "Dict[str, Any]":
    """Read version.py as text: it knows the variant that the metadata leaves out."""
    text = read(os.path.join(path, "version.py"))
    facts = {}  # type: Dict[str, Any]
    for key, name in (("version", "__version__"), ("cuda", "cuda"), ("hip", "hip"), ("xpu", "xpu")):
        found = re.search(r"^%s\s*(?::[^=]*)?=\s*(?:'([^']*)'|\"([^\"]*)\"|None)" % name, text, re.MULTILINE)
        if found:
            facts[key] = found.group(1) or found.group(2)
        elif text and key in ("hip", "xpu"):  # old releases do not have them
            facts[key] = None
    return facts


def _companion(name: str, path: str, torch: "Optional[str]") -> "Dict[str, Any]":
    metadata = _metadata(name)
    facts = _version_file(path)
    facts.pop("cuda", None)
    extension = extension_of(path)
    return {
        "version": facts.get("version") or (metadata[0] if metadata else None),
        "metadata_version": metadata[0] if metadata else None,
        "requires_torch": metadata[2] if metadata else None,
        "path": path,
        "extension": extension,
        "missing": _missing(extension, torch),
    }


EXTENSION = r"(?:_C|_C_stable|_torchaudio|libtorchaudio)[.\w-]*\.(?:so|pyd|dylib)"
"""Names of the compiled extensions of torchvision and torchaudio."""


def extension_of(path: str) -> "Optional[str]":
    """Return the compiled extension of torchvision or torchaudio, or None."""
    for folder in (path, os.path.join(path, "lib")):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            if re.match(EXTENSION + "$", name):
                return os.path.join(folder, name)
    return None


def removed_extension(name: str, path: str) -> "Optional[str]":
    """Return the compiled extension that pip's record lists, where a package has none (any more)."""
    metadata = _metadata(name)
    if metadata is None or metadata[3] != os.path.dirname(path):
        return None
    for folder in names(metadata[3]):
        if re.match(r"%s-[^-]+\.dist-info$" % name, folder):
            record = read(os.path.join(metadata[3], folder, "RECORD"))
            listed = re.search(r"^(%s/(?:lib/)?%s)," % (name, EXTENSION), record, re.MULTILINE)
            if listed:
                return listed.group(1)
    return None


def _missing(extension: "Optional[str]", torch: "Optional[str]") -> "List[str]":
    """Name the libraries of torch that the extension asks for and torch does not have (ELF only)."""
    if extension is None or torch is None or not extension.endswith(".so") or not sys.platform.startswith("linux"):
        return []
    said = elf.read(extension)
    wanted = {name for name in said.needed if re.match(r"lib(torch|c10)", name)} if said else set()
    return sorted(name for name in wanted if not os.path.exists(os.path.join(torch, "lib", name)))


def _metadata(wanted: str) -> "Optional[Tuple[str, Optional[str], Optional[str], str, List[str]]]":
    """Return (version, installer, what it requires of torch, its folder, all that it requires), or None."""
    for folder, name in _entries():
        parsed = _distribution(folder, name)
        if parsed is None or parsed[0] != wanted:
            continue
        text = read(os.path.join(folder, name, "METADATA")) or read(os.path.join(folder, name, "PKG-INFO"))
        installer = read(os.path.join(folder, name, "INSTALLER")).strip()
        found = re.search(r"^Requires-Dist: *torch *\(?([^A-Za-z;\n)]*?)\)? *(?:;.*)?$", text, re.MULTILINE)
        of_torch = (found.group(1).strip() or None) if found else None
        return parsed[1], installer or None, of_torch, folder, _required(text)
    return None


def _required(text: str) -> "List[str]":
    """Return what a distribution requires here, as written; conditions that we do not know do not hold."""
    lines = re.findall(r"^Requires-Dist: *([^;\n]+?) *(?:; *(.*))?$", text.partition("\n\n")[0], re.MULTILINE)
    return [wanted for wanted, condition in lines if all(map(_holds, filter(None, condition.split(" and "))))]


def _holds(condition: str) -> bool:
    found = re.match(r"\(?(\w+) *(==|<|>=) *[\"']([\w.]+)[\"']\)?$", condition.strip())
    if found is None:
        return False
    name, operator, value = found.groups()
    if name == "python_version" and re.match(r"\d+\.\d+$", value):
        mine, other = sys.version_info[:2], tuple(map(int, value.split(".")))
        return {"==": mine == other, "<": mine < other, ">=": mine >= other}[operator]
    system = {"linux": "Linux", "win32": "Windows", "darwin": "Darwin"}.get(sys.platform)
    machine = os.uname().machine if hasattr(os, "uname") else None
    return operator == "==" and value == {"platform_system": system, "platform_machine": machine}.get(name)


def read(path: str) -> str:
    """Return a file's text, decoded leniently, or "" if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace", opener=elf.regular) as file:
            return file.read(CAP_CHARACTERS)
    except (OSError, ValueError):
        return ""
