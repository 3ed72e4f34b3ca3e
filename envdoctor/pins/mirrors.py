"""Indexes that pip or uv is set up for on this machine: one that carries a build need not be told again.

Their addresses may hold credentials; those are never shown.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    from envdoctor.pins.choice import Pins
    from envdoctor.probes.system import System

PIP_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
UV_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL")
PIP_FILES = ("/etc/xdg/pip/pip.conf", "/etc/pip.conf")
HOME_FILES = (".pip/pip.conf", ".config/pip/pip.conf", "pip/pip.ini", "AppData/Roaming/pip/pip.ini")
UV_FILES = (".config/uv/uv.toml", "AppData/Roaming/uv/uv.toml")
VARIANT = re.compile(r"^(?:cu\d+|cpu|rocm[\d.]+)$")


def with_mirror(pins: Pins, system: System) -> Pins:
    """Return the recommendation with the index of the machine's own configuration, where one carries the build."""
    if pins.index is None:
        return pins
    own = [url for url in configured_urls(system) if urlsplit(url).scheme in ("http", "https")]
    wanted = pins.index.rpartition("/")[2]
    if any(_last_part(url) == wanted for url in own):
        return msgspec.structs.replace(pins, index=None, configured=True)
    for url in own:
        parts = urlsplit(url)
        # A mirror of another folder of PyTorch's index has ours beside it. One with credentials cannot be shown.
        if VARIANT.match(_last_part(url)) and "@" not in parts.netloc and not parts.query:
            base = url.rstrip("/").removesuffix("/simple").rpartition("/")[0]
            return msgspec.structs.replace(pins, index=f"{base}/{wanted}")
    return pins


def configured_urls(system: System) -> tuple[str, ...]:
    """Return all addresses of indexes in pip's and uv's variables and files, in no particular order."""
    return tuple(dict.fromkeys([*_of_variables(system), *_of_pip(system), *_of_uv(system)]))


def _last_part(url: str) -> str:
    """Return "cu126" for ".../whl/cu126/" and ".../cu126/simple"."""
    return urlsplit(url).path.rstrip("/").removesuffix("/simple").rpartition("/")[2]


def _of_variables(system: System) -> Iterator[str]:
    for name in (*PIP_VARIABLES, *UV_VARIABLES):
        for word in system.environment.get(name, "").split():
            # uv allows "name=URL".
            yield re.sub(r"^[\w.-]+=(?=\w+://)", "", word)


def _home(system: System) -> str:
    return system.environment.get("HOME") or system.environment.get("USERPROFILE") or ""


def _of_pip(system: System) -> Iterator[str]:
    environment, home = system.environment, _home(system)
    places = [*PIP_FILES, *(f"{home}/{file}" for file in HOME_FILES if home)]
    places += [f"{environment[name]}/pip/pip.conf" for name in ("XDG_CONFIG_HOME",) if environment.get(name)]
    places += [f"{environment['VIRTUAL_ENV']}/pip.conf"] if environment.get("VIRTUAL_ENV") else []
    places += [environment["PIP_CONFIG_FILE"]] if environment.get("PIP_CONFIG_FILE") else []
    for place in places:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(system.text(place) or "")
        except configparser.Error:
            continue
        for section in parser.sections():
            for key in ("index-url", "extra-index-url"):
                yield from parser.get(section, key, fallback="").split()


def _of_uv(system: System) -> Iterator[str]:
    from envdoctor import toml  # noqa: PLC0415  # seldom needed

    home = _home(system)
    for place in ("/etc/uv/uv.toml", *(f"{home}/{file}" for file in UV_FILES if home)):
        text = system.text(place)
        try:
            value = toml.loads(text) if text else {}
        except toml.BadTomlError:
            continue
        extra = value.get("extra-index-url")
        single = [value.get("index-url"), *(extra if isinstance(extra, list) else [])]
        tables = value.get("index")
        listed = [one.get("url") for one in tables if isinstance(one, dict)] if isinstance(tables, list) else []
        yield from (one for one in (*single, *listed) if isinstance(one, str))
