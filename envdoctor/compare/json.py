"""A comparison for programs."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from envdoctor.compare.differences import Difference
from envdoctor.compare.sides import Compared, Side
from envdoctor.report.json import plain
from envdoctor.report.model import Tool

SCHEMA = "envdoctor/diff/1"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The file. Field names are the JSON keys."""

    schema: str = SCHEMA
    tool: Tool = Tool()
    a: Side
    b: Side
    same: bool
    """Nothing that can matter differs."""
    differences: tuple[Difference, ...]
    ignored: tuple[Difference, ...]
    """Those of weight 0: they change by themselves, or another fact says the same."""
    not_compared: tuple[dict[str, Any], ...]
    """`path`, and why A or B could not tell."""
    equal: dict[str, int]
    """Group of facts → how many of them are the same."""


def render(compared: Compared) -> str:
    """Return JSON: valid UTF-8, no NaN."""
    found = compared.comparison
    document = Document(
        a=compared.a,
        b=compared.b,
        same=found.same,
        differences=found.differences,
        ignored=found.ignored,
        not_compared=tuple(msgspec.to_builtins(one) for one in found.not_compared),
        equal=found.equal,
    )
    return json.dumps(plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
