"""A lock: what a good machine looked like, and exactly which packages make its environment.

`check --against` says what drifted since; `setup --from` builds the environment again.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

import msgspec

from envdoctor.facts import Snapshot, Unknown, from_builtins
from envdoctor.pins.rules import number
from envdoctor.report.model import Report, Tool

SCHEMA = "envdoctor/lock/1"
OWN_PACKAGE = "torch-envdoctor"
PYTORCH_INDEX = "https://download.pytorch.org/whl/"


class BadLock(Exception):  # noqa: N818  # said to people as "bad lock"
    """A text is no lock that this version can read. The message is one line that says why."""


class Package(msgspec.Struct, frozen=True):
    """A package, exactly."""

    name: str
    version: str
    hashes: tuple[str, ...] = ()
    """"sha256:…" of the files that will do; empty: not known."""
    size: int | None = None
    """Bytes to download; None: not known."""


class Install(msgspec.Struct, frozen=True, kw_only=True):
    """What makes the environment again."""

    python: str | None = None
    """"3.11.7"; None: not known."""
    platform: str | None = None
    """"linux_x86_64"; None: not known."""
    index: tuple[str, ...] = ()
    """Indexes beside the configured ones: PyTorch's own. Others are private, and are not written down."""
    packages: tuple[Package, ...] = ()


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """The file. Field names are the JSON keys."""

    schema: str = SCHEMA
    tool: Tool = Tool()
    created: str
    verdict: str | None = None
    """Of the check when it was locked."""
    install: Install
    facts: Snapshot
    removed: dict[str, int] = {}
    """Private data that was taken out: kind → how often."""


def make_lock(report: Report, install: Install | None = None, *, now: datetime | None = None) -> Lock:
    """Lock a report. It is made private by whoever calls, if it is to be.

    Args:
        report: of a machine that is taken for good.
        install: what the environment was made of; None: what its metadata says.
        now: the time.
    """
    now = now or datetime.now(timezone.utc)
    return Lock(
        created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        verdict=report.verdict,
        install=install or install_of(report.facts),
        facts=report.facts,
        removed=report.removed,
    )


def install_of(facts: Snapshot) -> Install:
    """Say from the metadata of an environment what would make it again; without hashes, for nobody knows the files."""
    packages = facts.packages if isinstance(facts.packages, dict) else {}
    python = facts.python.version if facts.python is not None and not isinstance(facts.python, Unknown) else None
    return Install(
        python=python if isinstance(python, str) else None,
        platform=platform_of(facts),
        index=_index(packages.get("torch", "")),
        packages=tuple(Package(name, version) for name, version in sorted(packages.items()) if name != OWN_PACKAGE),
    )


def platform_of(facts: Snapshot) -> str | None:
    """Return "linux_x86_64"; None: not known."""
    host = facts.host
    return None if isinstance(host, Unknown) or not isinstance(host.arch, str) else f"{host.os}_{host.arch}"


def public_index(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return those indexes that anybody may know of."""
    return tuple(url for url in urls if url.startswith(PYTORCH_INDEX))


def _index(torch: str) -> tuple[str, ...]:
    """PyTorch's index for the variant in a version ("2.15.0+cpu"); PyPI's builds have none in their metadata."""
    variant = re.fullmatch(r"[^+]*\+((?:cu|rocm)[\d.]+|cpu|xpu)", torch)
    return (f"{PYTORCH_INDEX}{variant[1]}",) if variant else ()


def minor(version: str | None) -> str | None:
    """Return "3.11" of "3.11.7"."""
    return ".".join(map(str, number(version)[:2])) if version else None


def render(lock: Lock) -> str:
    """Return the file's text."""
    from envdoctor.report.json import plain  # noqa: PLC0415  # not needed to read one

    return json.dumps(plain(lock), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def is_lock(value: Any) -> bool:
    """Say whether a JSON value claims to be a lock, of whatever version."""
    return isinstance(value, dict) and str(value.get("schema", "")).startswith("envdoctor/lock/")


def load(text: str | bytes) -> Lock:
    """Read a lock. Fields that this version does not know are left out.

    Raises:
        BadLock: it is none.
    """
    from envdoctor.report.json import BadReport, decoded_object  # noqa: PLC0415  # one reader of JSON for all

    try:
        value = decoded_object(text)
    except BadReport as error:
        raise BadLock(str(error).replace("not a report", "not a lock")) from None
    return from_object(value)


def from_object(value: dict[str, Any]) -> Lock:
    """Make a lock of its JSON object.

    Raises:
        BadLock: it is none.
    """
    if value.get("schema") != SCHEMA:
        found = json.dumps(value.get("schema"))[:60]
        raise BadLock(f'its "schema" is {found}; this version reads {SCHEMA}, which `envdoctor lock` writes')
    fields = {field.name: field for field in msgspec.structs.fields(Lock)}
    for name, field in fields.items():
        if field.required and name not in value:
            raise BadLock(f'the field "{name}" is missing; `envdoctor lock` writes it')
    try:
        facts = from_builtins(msgspec.convert(value["facts"], dict[str, Any]))
        rest = {n: msgspec.convert(value[n], f.type) for n, f in fields.items() if n in value and n != "facts"}
    except msgspec.ValidationError as error:
        raise BadLock(" ".join(str(error).split())) from None
    except RecursionError:
        raise BadLock("it is nested too deeply") from None
    return Lock(facts=facts, **rest)
