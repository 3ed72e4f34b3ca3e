"""Compares two snapshots fact by fact. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from envdoctor.compare.weights import LEFT_OUT, SAID_BY, weight_of
from envdoctor.facts import Snapshot, Unknown

KEYS = ("index", "purpose", "address", "variable", "name", "version", "path", "pid")
"""Fields that name one of several: the first that a struct has. Toolkits go by their version."""
NEAR = 0.01
"""Sizes that differ by less are the same: kernels keep a little for themselves."""
PLACEHOLDER = re.compile(r"<([a-z]+)-\d+>")
"""What private names are replaced by (`envdoctor.report.private`)."""
TOLD_BY = ("version", "name", "model", "path")
"""What a whole fact is called by, where the other side has none."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that is not the same. `a` and `b` are as in JSON; None: not there."""

    path: str
    """Of the fact: "torch.version"; several of a kind that differ alike: "gpus.*.name"."""
    a: Any
    b: Any
    weight: int
    reason: str
    """Why it can matter."""
    count: int = 1
    """So many of a kind differ alike."""


class NotCompared(msgspec.Struct, frozen=True):
    """A fact that one side could not tell."""

    path: str
    a: str | None
    """Why A could not tell; None: it could."""
    b: str | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    differences: tuple[Difference, ...]
    """Those that can matter, the weightiest first."""
    ignored: tuple[Difference, ...]
    """Those of weight 0."""
    not_compared: tuple[NotCompared, ...]
    equal: dict[str, int]
    """Group of facts → how many of them are the same on both sides."""

    @property
    def same(self) -> bool:
        """Nothing that can matter differs."""
        return not self.differences


def compare(
    a: Snapshot,
    b: Snapshot,
    measurements: tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]] = ((), ()),
) -> Comparison:
    """Compare two machines, or one machine at two times.

    Args:
        a: the first; of a lock, the locked one.
        b: the second.
        measurements: what was measured on each.
    """
    walk = _Walk()
    for name in Snapshot.__struct_fields__:
        if name not in LEFT_OUT:
            walk.compare(name, getattr(a, name), getattr(b, name))
    first, second = (_measured(each) for each in measurements)
    if first and second:
        walk.compare("measurements", first, second)
    found = _folded(_without_echoes(walk.found))
    ranked = sorted(found, key=lambda one: (-one.weight, one.path))
    return Comparison(
        differences=tuple(one for one in ranked if one.weight),
        ignored=tuple(one for one in ranked if not one.weight),
        not_compared=tuple(walk.unknown),
        equal=dict(walk.equal),
    )


class Found(msgspec.Struct, frozen=True):
    """Something that differs, before it is weighed."""

    path: str
    kind: str
    """The path with `*` for the name of one of several."""
    a: Any
    b: Any


class _Walk:
    """Walks two trees of facts side by side."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.unknown: list[NotCompared] = []
        self.equal: Counter[str] = Counter()

    def compare(self, path: str, a: Any, b: Any, kind: str | None = None) -> None:
        kind = kind or path
        if isinstance(a, Unknown) or isinstance(b, Unknown):
            if not (isinstance(a, Unknown) and isinstance(b, Unknown)):
                self.unknown.append(NotCompared(path, _why(a), _why(b)))
        elif isinstance(a, msgspec.Struct) and type(a) is type(b):
            for name in a.__struct_fields__:
                self.compare(f"{path}.{name}", getattr(a, name), getattr(b, name), f"{kind}.{name}")
        elif isinstance(a, dict) and isinstance(b, dict):
            for key in sorted({*a, *b}):
                self.compare(f"{path}.{key}", a.get(key), b.get(key), f"{kind}.{key}")
        elif _several(a, b):
            first, second = _named(a), _named(b)
            for key in dict.fromkeys([*first, *second]):
                self.compare(f"{path}.{key}", first.get(key), second.get(key), f"{kind}.*")
        elif a == b or _near(path, a, b) or _unnamed(a) == _unnamed(b):
            self.equal[path.partition(".")[0]] += 1
        else:
            self.found.append(Found(path, kind, _brief(a), _brief(b)))


def _why(value: Any) -> str | None:
    return value.reason if isinstance(value, Unknown) else None


def _several(a: Any, b: Any) -> bool:
    both = isinstance(a, tuple) and isinstance(b, tuple)
    return both and any(isinstance(one, msgspec.Struct) for one in (*a, *b))


def _named(values: Sequence[Any]) -> dict[str, Any]:
    """Give each of several a name, so that the same ones are compared."""
    named: dict[str, Any] = {}
    for value in values:
        key = name = _key(value)
        number = 1
        while key in named:
            number += 1
            key = f"{name}#{number}"
        named[key] = value
    return named


def _key(value: Any) -> str:
    # A toolkit has a path and a version, and its path says less; a library is named by both.
    fields = getattr(value, "__struct_fields__", ())
    field = next((name for name in KEYS if name in fields), None)
    key = getattr(value, field) if field else value
    key = f"{key} {value.version}" if field == "name" and "owner" in fields else key
    return "?" if isinstance(key, Unknown) or key is None else str(key)


def _near(path: str, a: Any, b: Any) -> bool:
    if not path.endswith("_bytes") or not isinstance(a, int) or not isinstance(b, int):
        return False
    return abs(a - b) <= NEAR * max(abs(a), abs(b))


def _unnamed(value: Any) -> Any:
    """Return a value without the numbers that stand for private names: each report counts them for itself."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(r"<\1>", value)
    return tuple(map(_unnamed, value)) if isinstance(value, tuple) else value


def _brief(value: Any) -> Any:
    """Return a value as JSON has it; a whole fact by what it is called."""
    if isinstance(value, msgspec.Struct):
        told = (getattr(value, name, None) for name in TOLD_BY)
        return next((one for one in told if isinstance(one, str)), "there")
    if isinstance(value, tuple | list):
        return [_brief(one) for one in value]
    return value


def _measured(measurements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return name and device → figures. Of several runs on a device the last counts."""
    found: dict[str, Any] = {}
    for one in measurements:
        name = f"{one.get('name', '?')} {one.get('device', '?')}"
        speed = one.get("images_per_second")
        figures = {"verdict": one.get("verdict"), "accuracy": one.get("accuracy")}
        found[name] = figures | {"images_per_second": round(speed, 1) if isinstance(speed, int | float) else None}
    return found


def _without_echoes(found: list[Found]) -> list[Found]:
    """Leave out what only repeats another difference."""
    paths = {one.path for one in found}
    groups = {path.partition(".")[0] for path in paths}

    def is_said(by: str) -> bool:
        # By that fact itself, by its whole group that one side lacks, or by anything in the group that it names.
        return by in paths or by.partition(".")[0] in paths or by in groups

    return [one for one in found if one.path not in SAID_BY or not is_said(SAID_BY[one.path])]


def _folded(found: list[Found]) -> Iterator[Difference]:
    """Say once what several of a kind have in common."""
    alike: dict[tuple[str, str], list[Found]] = {}
    for one in found:
        alike.setdefault((one.kind, repr((one.a, one.b))), []).append(one)
    for (kind, _), ones in alike.items():
        weight, reason = weight_of(kind)
        path = ones[0].path if len(ones) == 1 else kind
        yield Difference(path=path, a=ones[0].a, b=ones[0].b, weight=weight, reason=reason, count=len(ones))
