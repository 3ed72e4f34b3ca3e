"""Says what facts must be, in one line each: "gpus.1.problem" is "GPU is lost"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envdoctor.facts import Unknown


class Because(str):
    """Expects `Unknown` with a reason that has these words."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and str(self) in other.reason

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"Because({str(self)!r})"


class Words(str):
    """Expects a text that has these words."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str(self) in str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"Words({str(self)!r})"


def disagreements(facts: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Return where facts are not as expected, one line each."""
    return [
        f"{path} is {value_at(facts, path)!r}, not {value!r}"
        for path, value in expected.items()
        if not value == value_at(facts, path)  # noqa: SIM201  # the expectation's own == decides
    ]


def value_at(facts: Mapping[str, Any], path: str) -> Any:
    """Follow a path through structs and tuples; "count" is a tuple's length."""
    first, *rest = path.split(".")
    value: Any = facts[first]
    for step in rest:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, tuple):
            value = len(value) if step == "count" else value[int(step)]
        else:
            value = getattr(value, step)
    return value
