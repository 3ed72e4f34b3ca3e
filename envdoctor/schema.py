"""The JSON Schemas of what envdoctor writes, made from the types that it is written from (draft 2020-12).

A schema has a version in its name, as the file has in its key `schema`. Fields are only ever added to a version: who
reads one must pass over fields that it does not know.
"""

from __future__ import annotations

import ast
import enum
import functools
import inspect
import sys
import types
import typing
from collections.abc import Callable
from typing import Any

import msgspec

from envdoctor.facts import Unknown

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    type(None): {"type": "null"},
    Any: {},
}


def report() -> dict[str, Any]:
    """Return the schema of a report (`envdoctor check --json`)."""
    from envdoctor.report.model import SCHEMA, Report  # noqa: PLC0415  # one of the three is needed

    return _document(Report, SCHEMA)


def lock() -> dict[str, Any]:
    """Return the schema of a lock."""
    from envdoctor.lock import SCHEMA, Lock  # noqa: PLC0415

    return _document(Lock, SCHEMA)


def diff() -> dict[str, Any]:
    """Return the schema of a comparison (`envdoctor diff --json`)."""
    from envdoctor.compare.json import SCHEMA, Document  # noqa: PLC0415

    return _document(Document, SCHEMA)


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {"report": report, "lock": lock, "diff": diff}


def _document(kind: type[msgspec.Struct], name: str) -> dict[str, Any]:
    types_of = _Types()
    body = types_of.struct(kind)
    body["properties"]["schema"] = {"const": name}
    body["required"] = sorted({*body["required"], "schema"})
    title = {"$schema": DRAFT, "$id": f"urn:{name.replace('/', ':')}", "title": name}
    return {**title, **body, "$defs": dict(sorted(types_of.definitions.items()))}


class _Types:
    """Turns types into schemas; structs become definitions, each once."""

    def __init__(self) -> None:
        self.definitions: dict[str, dict[str, Any]] = {}

    def schema(self, kind: Any) -> dict[str, Any]:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if kind in SIMPLE:
            return dict(SIMPLE[kind])
        if origin is not None or isinstance(kind, types.UnionType):
            return self._generic(origin, inner)
        if kind is float:
            # What is no number (NaN) is written as what could not be told.
            return {"anyOf": [{"type": "number"}, self.schema(Unknown)]}
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return {"enum": [member.value for member in kind]}
        return self._reference(kind)

    def _generic(self, origin: Any, inner: tuple[Any, ...]) -> dict[str, Any]:
        if origin is tuple:
            return self._tuple(inner)
        if origin is dict:
            return {"type": "object", "additionalProperties": self.schema(inner[1])}
        return self._union(inner)

    def _union(self, inner: tuple[Any, ...]) -> dict[str, Any]:
        choices: list[dict[str, Any]] = []
        for each in map(self.schema, inner):
            for one in each["anyOf"] if each.keys() == {"anyOf"} else [each]:
                if one not in choices:
                    choices.append(one)
        return {"anyOf": choices}

    def _tuple(self, inner: tuple[Any, ...]) -> dict[str, Any]:
        if len(inner) == 2 and inner[1] is ...:  # noqa: PLR2004  # "tuple[X, ...]"
            return {"type": "array", "items": self.schema(inner[0])}
        items = [self.schema(one) for one in inner]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}

    def _reference(self, kind: type[msgspec.Struct]) -> dict[str, Any]:
        name = kind.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # so that a type that holds itself comes to an end
            self.definitions[name] = self.struct(kind)
        return {"$ref": f"#/$defs/{name}"}

    def struct(self, kind: type[msgspec.Struct]) -> dict[str, Any]:
        hints = typing.get_type_hints(kind, vars(sys.modules[kind.__module__]))
        told = _docs(kind.__module__).get(kind.__name__, {})
        properties: dict[str, Any] = {}
        for field in msgspec.structs.fields(kind):
            about = {"description": told[field.name]} if field.name in told else {}
            properties[field.encode_name] = {**about, **self.schema(hints[field.name])}
        required = [field.encode_name for field in msgspec.structs.fields(kind) if field.required]
        body = {"type": "object", "properties": properties, "required": sorted(required)}
        meaning = " ".join((inspect.getdoc(kind) or "").split())
        # Only what could not be told has this one field, and nothing else: so the three answers stay three.
        closed = {"additionalProperties": False} if kind is Unknown else {}
        return {"description": meaning, **body, **closed}


@functools.cache
def _docs(module: str) -> dict[str, dict[str, str]]:
    """Return class → field → the docstring below it."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(node, ast.ClassDef):
            pairs = zip(node.body, node.body[1:])  # noqa: B905  # the last has nothing below it
            found[node.name] = {
                field.target.id: " ".join(inspect.cleandoc(below.value.value).split())
                for field, below in pairs
                if isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            }
    return found
