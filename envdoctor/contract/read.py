"""Reads `envdoctor.toml`. Every mistake in it is one line: where, what, cure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from envdoctor import toml
from envdoctor.facts import Contract

PURPOSES = ("home", "temporary", "working", "cache", "python")
SYSTEMS = {"linux": "linux", "windows": "windows", "macos": "darwin", "darwin": "darwin"}
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
BUILDS = {name: name for name in ("cuda", "rocm", "xpu", "cpu")}
UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
MOST_BYTES = 1_000_000


class BadContractError(ValueError):
    """The file is no contract. The message is one line: where, what, cure."""


def read(text: bytes, source: str) -> Contract:
    """Make a contract of a file's bytes.

    Raises:
        BadContractError: it is none.
    """
    if len(text) > MOST_BYTES:
        raise BadContractError("it is longer than a megabyte; a contract is a page")
    try:
        words = text.decode("utf-8-sig")
        value = toml.loads(words)
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise BadContractError(f"line {line}: not UTF-8; save it as UTF-8") from None
    except toml.BadTomlError as error:
        raise BadContractError(f"no TOML: {' '.join(str(error).split())}; a text stands in quotes") from None
    return _Reader(words, source).contract(value)


class _Reader:
    """One file."""

    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source

    def contract(self, value: Mapping[str, Any]) -> Contract:
        fields: dict[str, Any] = {}
        for key, item in value.items():
            reader = KEYS.get(key)
            if reader is None:
                raise self._wrong((key,), f"there is no such key; {_near(key, KEYS)}")
            if isinstance(reader, dict):
                fields |= self._table(key, item, reader)
            else:
                fields |= reader(self, (key,), item)
        return Contract(source=self._source, **fields)

    def _table(self, table: str, value: Any, readers: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong((table,), f"this is a table; write [{table}] on a line of its own, and its keys below")
        fields: dict[str, Any] = {}
        for key, item in value.items():
            if key not in readers:
                raise self._wrong((table, key), f"there is no such key; {_near(key, readers)}")
            fields |= readers[key](self, (table, key), item)
        return fields

    def specifiers(self, path: tuple[str, ...], value: Any, *, any_version: bool = False) -> str:
        """Return version specifiers; "*" (or true, where any version will do) is ""."""
        from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  # slow to import

        if any_version and value is True:
            return ""
        if not isinstance(value, str):
            raise self._wrong(path, f'{_brief(value)} is no text; write versions like ">=2.4,<2.9"')
        text = value.strip()
        if text in ("", "*"):
            return ""
        if text[:1].isdigit():  # "2.4" means 2.4.x, as in `pins --torch`
            text = f"=={text}" if text.count(".") > 1 or "*" in text else f"=={text}.*"
        try:
            return str(SpecifierSet(text))
        except InvalidSpecifier:
            raise self._wrong(path, f'{_brief(value)} is no range of versions; write it like ">=2.4,<2.9"') from None

    def size(self, path: tuple[str, ...], value: Any) -> int:
        """Return bytes of "16 GB" or "8 GiB"."""
        found = (
            re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]?i?b?)\s*", value.lower())
            if isinstance(value, str)
            else None
        )
        unit = found[2] + ("" if found[2].endswith("b") or not found[2] else "b") if found else ""
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            raise self._wrong(path, f'{value} has no unit; write it like "{value} GB"')
        if found is None or unit not in UNITS or not found[2] or float(found[1]) <= 0:
            raise self._wrong(path, f'{_brief(value)} is no size; write it like "16 GB" or "8 GiB"')
        return int(float(found[1]) * UNITS[unit])

    def count(self, path: tuple[str, ...], value: Any) -> int:
        """Return a whole number from 1."""
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 100_000:  # noqa: PLR2004
            raise self._wrong(path, f"{_brief(value)} is no number of GPUs; write 1 or more, without quotes")
        return value

    def capability(self, path: tuple[str, ...], value: Any) -> str:
        """Return "8.6"."""
        text = str(value) if isinstance(value, str | float) else ""
        if not re.fullmatch(r"\d{1,2}\.\d", text, re.ASCII):
            raise self._wrong(path, f'{_brief(value)} is no compute capability; write it like "8.0"')
        return text

    def words(self, path: tuple[str, ...], value: Any, known: Mapping[str, str]) -> tuple[str, ...]:
        """Return one word or several, of a vocabulary."""
        found = []
        for word in value if isinstance(value, list) else [value]:
            if not isinstance(word, str) or word.lower() not in known:
                raise self._wrong(path, f"{_brief(word)} is none of {', '.join(known)}")
            found.append(known[word.lower()])
        return tuple(dict.fromkeys(found))

    def names(self, path: tuple[str, ...], value: Any) -> tuple[str, ...]:
        """Return names of environment variables."""
        given = value if isinstance(value, list) else [value]
        for name in given:
            if (
                not isinstance(value, list)
                or not isinstance(name, str)
                or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_()]{0,200}", name)
            ):
                raise self._wrong(path, f'{_brief(name)} is no list of names; write it like ["HF_HOME", "DATA"]')
        return tuple(dict.fromkeys(given))

    def packages(self, value: Any) -> dict[str, str]:
        """Return normalised name → specifiers."""
        if not isinstance(value, dict):
            raise self._wrong(("packages",), "this is a table; write [packages] on a line of its own")
        found = {}
        for name, versions in value.items():
            if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?", name):
                raise self._wrong(("packages", name), f"{_brief(name)} is no name of a package; write it as pip does")
            specifiers = self.specifiers(("packages", name), versions, any_version=True)
            found[re.sub(r"[-_.]+", "-", name).lower()] = specifiers
        return found

    def disk(self, value: Any) -> dict[str, int]:
        """Return purpose → bytes."""
        if not isinstance(value, dict):
            raise self._wrong(("disk",), 'this is a table; write [disk], and below it working = "50 GB"')
        for purpose in value:
            if purpose not in PURPOSES:
                raise self._wrong(("disk", purpose), f"there is no such folder; {_near(purpose, PURPOSES)}")
        return {purpose: self.size(("disk", purpose), size) for purpose, size in value.items()}

    def _wrong(self, path: tuple[str, ...], message: str) -> BadContractError:
        line = self._line(path)
        return BadContractError(f"{f'line {line}, ' if line else ''}{'.'.join(path)[:80]}: {message}")

    def _line(self, path: tuple[str, ...]) -> int | None:
        """Find the line of a key: TOML's reader does not tell."""
        *tables, key = path
        inside = ""
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
            if header:
                inside = header[1].strip("\"'")
                if not tables and inside.partition(".")[0] == key:
                    return number
            name = re.match(r"\s*[\"']?([^\"'=]+?)[\"']?\s*=", line)
            if name and f"{inside}.{name[1]}".lstrip(".") == ".".join(path):
                return number
        return None


def _near(key: str, known: Any) -> str:
    import difflib  # noqa: PLC0415  # only for mistakes

    near = difflib.get_close_matches(key, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004


Reader = Callable[[_Reader, tuple[str, ...], Any], dict[str, Any]]


def _versions(field: str, *, any_version: bool = False) -> Reader:
    return lambda reader, path, value: {field: reader.specifiers(path, value, any_version=any_version)}


def _size(field: str) -> Reader:
    return lambda reader, path, value: {field: reader.size(path, value)}


def _words(field: str, known: Mapping[str, str]) -> Reader:
    return lambda reader, path, value: {field: reader.words(path, value, known)}


def _names(field: str) -> Reader:
    return lambda reader, path, value: {field: reader.names(path, value)}


KEYS: dict[str, Reader | dict[str, Reader]] = {
    "os": _words("os", SYSTEMS),
    "arch": _words("arch", ARCHITECTURES),
    "python": _versions("python"),
    "memory": _size("memory_bytes"),
    "shm": _size("shm_bytes"),
    "torch": {"version": _versions("torch"), "build": _words("torch_build", BUILDS)},
    "gpu": {
        "count": lambda reader, path, value: {"gpu_count": reader.count(path, value)},
        "memory": _size("gpu_memory_bytes"),
        "capability": lambda reader, path, value: {"gpu_capability": reader.capability(path, value)},
        "driver": _versions("driver"),
    },
    "packages": lambda reader, _path, value: {"packages": reader.packages(value)},
    "compilers": {"nvcc": _versions("nvcc", any_version=True), "gcc": _versions("gcc", any_version=True)},
    "disk": lambda reader, _path, value: {"disk": reader.disk(value)},
    "environment": {"required": _names("variables"), "forbidden": _names("forbidden_variables")},
}
"""Key, or table → its keys → how to read it."""
