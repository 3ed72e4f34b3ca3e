"""pip or uv: who makes the environment, and with which commands."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from envdoctor import toml
from envdoctor.facts import Unknown
from envdoctor.setup.base import Base
from envdoctor.setup.outside import Ended, Listen, Outside
from envdoctor.setup.problem import SetupError, from_words

INDEX_KEYS = re.compile(r"(?:index-url|find-links|no-index)\b")
UV_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_CONFIG_FILE")
UV_FILES = (".config/uv/uv.toml", "AppData/Roaming/uv/uv.toml")
RESOLVE_SECONDS = 900.0
PATIENCE = ("--retries", "2", "--timeout", "20")
"""For resolving alone: pip otherwise tries a dead index for minutes."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A package to be installed."""

    name: str
    version: str
    hashes: tuple[str, ...] = ()
    """"sha256:…", of all files that will do."""
    url: str | None = None
    size: int | None = None
    """In bytes; None: not known."""

    @property
    def requirement(self) -> str:
        """A line of a requirements file."""
        return " ".join([f"{self.name}=={self.version}", *(f"--hash={one}" for one in self.hashes)])


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """The installer that was chosen."""

    name: str
    """`pip` or `uv`."""
    program: str = ""
    """uv's path."""
    because: str = ""

    def make_command(self, base: Base, folder: str) -> tuple[str, ...]:
        """Return the command that makes an empty environment."""
        if self.name == "uv":
            return (self.program, "venv", "--quiet", "--no-project", "--python", base.executable, folder)
        return (base.executable, "-I", "-m", "venv", folder)

    def install_command(self, python: str, file: str, index: Sequence[str]) -> tuple[str, ...]:
        """Return the command that installs exactly what a requirements file lists."""
        with_uv = (self.program, "pip", "install", "--python", python)
        with_pip = (python, "-m", "pip", "install", "--progress-bar", "off")
        start: tuple[str, ...] = with_uv if self.name == "uv" else with_pip
        return (*start, "--no-deps", *self.index_options(index), "-r", file)

    def index_options(self, index: Sequence[str]) -> tuple[str, ...]:
        """Return the options for further indexes. What is configured stays."""
        options = tuple(part for url in index for part in ("--extra-index-url", url))
        # As pip does it: the best version of all indexes.
        return (*options, "--index-strategy", "unsafe-best-match") if options and self.name == "uv" else options


def choose_tool(wish: str, base: Base, outside: Outside) -> Tool:
    """Choose uv if it is there; pip where only pip is set up for an index of its own (a mirror).

    Raises:
        SetupError: what was asked for, or both, cannot be used.
    """
    uv = outside.system.which("uv.exe" if outside.system.os == "windows" else "uv")
    if wish == "uv" and uv is None:
        raise SetupError("uv is not on PATH; install it (pip install uv), or use --installer pip")
    if wish == "uv" or (wish == "auto" and uv is not None and not _only_pip_is_configured(base, outside)):
        return Tool(name="uv", program=uv or "", because="asked for" if wish == "uv" else "it is on PATH")
    if not base.venv or not base.ensurepip:
        missing = "venv" if not base.venv else "ensurepip"
        raise SetupError(
            f"{base.executable} lacks the module {missing}, so that it cannot make an environment with pip; install "
            f"the package python{base.minor}-venv (Debian, Ubuntu), or install uv"
        )
    if wish == "pip":
        because = "asked for"
    else:
        because = "uv is not on PATH" if uv is None else "pip is set up for an index of its own, and uv is not"
    return Tool(name="pip", because=because)


def _only_pip_is_configured(base: Base, outside: Outside) -> bool:
    environment = outside.system.environment
    if any(environment.get(name) for name in UV_VARIABLES):
        return False
    home = environment.get("HOME") or environment.get("USERPROFILE") or ""
    places = ["/etc/uv/uv.toml", *(f"{home}/{file}" for file in UV_FILES if home)]
    if environment.get("XDG_CONFIG_HOME"):
        places.append(f"{environment['XDG_CONFIG_HOME']}/uv/uv.toml")
    if any("index" in (outside.system.text(place) or "") for place in places) or base.pip is None:
        return False
    answer = outside.run([base.executable, "-m", "pip", "config", "list"], seconds=20.0)
    lines = answer.stdout.splitlines() if isinstance(answer, Ended) and answer.exit_code == 0 else []
    return any(INDEX_KEYS.search(line.partition("=")[0]) for line in lines)


def resolve(
    tool: Tool, python: str, requirements: Sequence[str], index: Sequence[str], outside: Outside, listen: Listen
) -> tuple[Item, ...]:
    """Let the real resolver say what will be installed; nothing is installed.

    Args:
        tool: pip or uv.
        python: the interpreter that it is for; with pip, the one whose pip resolves.
        requirements: what is wanted.
        index: URLs of further indexes.
        outside: runs the programs.
        listen: is told each line that the resolver prints.

    Raises:
        SetupError: no versions fit, or the index cannot be reached.
    """
    import tempfile  # noqa: PLC0415  # only here

    with tempfile.TemporaryDirectory(prefix="envdoctor-") as folder:
        answer = Path(folder) / "pylock.toml"  # uv takes no other name
        if tool.name == "uv":
            wanted = Path(folder) / "requirements.in"
            wanted.write_text("\n".join([*requirements, ""]), encoding="utf-8")
            start: tuple[str, ...] = (tool.program, "pip", "compile", str(wanted), "-o", str(answer))
            how: tuple[str, ...] = ("--no-header", "--generate-hashes", "--format", "pylock.toml", "--python", python)
            argv = (*start, *how, *tool.index_options(index))
        else:
            start = (python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--report", str(answer))
            how = (*PATIENCE, "--progress-bar", "off", *tool.index_options(index))
            argv = (*start, *how, *requirements)
        said(argv, outside, "resolving", listen, RESOLVE_SECONDS)
        try:
            text = answer.read_text(encoding="utf-8")
            if tool.name == "uv":
                return tuple(_of_uv(package) for package in toml.loads(text)["packages"])
            return tuple(_of_pip(entry) for entry in json.loads(text)["install"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            reason = f"what {tool.name} resolved cannot be read ({type(error).__name__})"
            raise SetupError(f"resolving failed: {reason}; update {tool.name}, or choose with --installer") from None


def _of_pip(entry: dict[str, Any]) -> Item:
    info = entry["download_info"]
    hashes = (info.get("archive_info") or {}).get("hashes") or {}
    known = tuple(f"{kind}:{value}" for kind, value in hashes.items() if kind == "sha256")
    return Item(name=entry["metadata"]["name"], version=entry["metadata"]["version"], hashes=known, url=info["url"])


def _of_uv(package: dict[str, Any]) -> Item:
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
    hashes = tuple(f"sha256:{file['hashes']['sha256']}" for file in files if "sha256" in file.get("hashes", {}))
    return Item(
        name=package["name"],
        version=package["version"],
        hashes=hashes,
        url=files[0].get("url") if files else None,
        size=files[0].get("size") if files else None,
    )


def said(argv: Sequence[str], outside: Outside, what: str, listen: Listen, seconds: float) -> Ended:
    """Run a program to a good end.

    Raises:
        SetupError: it is not there, did not start, or failed.
    """
    answer = outside.run(argv, seconds=seconds, listen=listen)
    if answer is None:
        raise SetupError(f"{what} failed: there is no program {argv[0]}; name another one with --python")
    if isinstance(answer, Unknown):
        raise SetupError(f"{what} failed: {answer.reason}; try again")
    if answer.exit_code != 0:
        raise from_words(what, answer.lines, answer.exit_code)
    return answer
