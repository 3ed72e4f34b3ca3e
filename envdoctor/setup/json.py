"""A plan and what became of it, for programs."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from envdoctor.facts import Unknown
from envdoctor.report.model import Tool
from envdoctor.setup.build import Built
from envdoctor.setup.plan import Plan
from envdoctor.setup.steps import steps

SCHEMA = "envdoctor/setup/1"


def render(plan: Plan, built: Built | None = None) -> str:
    """Return JSON: the plan, and `built` (null: nothing was done)."""
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": msgspec.to_builtins(Tool()),
        "folder": plan.folder,
        "python": {"executable": plan.base.executable, "version": plan.base.version},
        "installer": plan.tool.name,
        "index": list(plan.index),
        "requirements": list(plan.requirements),
        "packages": _items(plan),
        "download_bytes": _told(plan.download_bytes),
        "needed_bytes": _told(plan.needed_bytes),
        "free_bytes": plan.free_bytes,
        "lock_file": plan.lock_file,
        "steps": msgspec.to_builtins(steps(plan)),
        "afterwards": list(plan.afterwards),
        "because": list(plan.because),
        "built": _built(built) if built is not None else None,
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _items(plan: Plan) -> Any:
    if isinstance(plan.items, Unknown):
        return _told(plan.items)
    # Where a file lies may be somebody's mirror.
    return [{"name": i.name, "version": i.version, "size": i.size, "hashes": list(i.hashes)} for i in plan.items]


def _told(value: Any) -> Any:
    return msgspec.to_builtins(value)


def _built(built: Built) -> dict[str, Any]:
    smoke = built.smoke
    return {
        "python": built.python,
        "packages": len(built.items),
        "verdict": built.report.verdict if built.report else None,
        "primary": built.report.primary if built.report else None,
        "smoke": smoke.verdict if smoke else None,
        "wrong": built.wrong,
        "lock_file": built.lock_file if built.locked else None,
        "seconds": built.seconds,
    }
