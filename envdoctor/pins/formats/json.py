"""The answer for programs."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from envdoctor import __version__
from envdoctor.data import DATE
from envdoctor.facts import Unknown
from envdoctor.pins.choice import NoPins
from envdoctor.pins.formats import Answer
from envdoctor.pins.install import report_value

SCHEMA = "envdoctor/pins/1"


def render(answer: Answer) -> str:
    """Return JSON: `pins` as in a report, None where no version works; every rejected release with its rule."""
    pins = answer.pins
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "envdoctor", "version": __version__, "data": DATE},
        "machine": _machine(answer),
        "assumed": list(answer.assumed),
        "pins": None,
        "because": list(pins.because),
        "rejected": msgspec.to_builtins(pins.rejected),
    }
    if isinstance(pins, NoPins):
        value["ways_out"] = msgspec.to_builtins(pins.ways_out)
    else:
        more: dict[str, Any] = {"index": pins.index, "cuda": pins.cuda, "triton": pins.triton}
        more |= {"extras": msgspec.to_builtins(pins.extras), "build": list(pins.build)}
        value["pins"] = {**report_value(pins, answer.target), **more}
        value["ways_out"] = msgspec.to_builtins(pins.better)
        value["others"] = msgspec.to_builtins(pins.others)
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _machine(answer: Answer) -> dict[str, Any] | None:
    if answer.machine is None:
        return None
    fields = {name: getattr(answer.machine, name) for name in answer.machine.__struct_fields__}
    told = {name: {"unknown": one.reason} if isinstance(one, Unknown) else one for name, one in fields.items()}
    value: dict[str, Any] = msgspec.to_builtins(told)
    return value
