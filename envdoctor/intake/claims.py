"""What parts of a text say about a machine, before it becomes a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from envdoctor.intake.clean import Line


class Claim(msgspec.Struct, frozen=True):
    """One thing that a text says."""

    value: Any
    by: str
    """The part of the text: `collect_env`, `nvidia-smi`, `pip`, `words`, …"""
    line: int


class Claims:
    """What was said about each fact, in the order in which it was read; the first word counts."""

    def __init__(self) -> None:
        """Nothing is said yet."""
        self._said: dict[str, list[Claim]] = {}

    def add(self, path: str, value: Any, by: str, line: Line) -> None:
        """Note that a part of the text says this about a fact."""
        self._said.setdefault(path, []).append(Claim(value, by, line.number))

    def get(self, path: str, otherwise: Any = None) -> Any:
        """Return what was said first about a fact."""
        said = self._said.get(path)
        return said[0].value if said else otherwise

    def has(self, path: str) -> bool:
        """Say whether anything was said about a fact."""
        return path in self._said

    def all(self, path: str) -> list[Any]:
        """Return all that was said about a fact, without repetition."""
        return list({repr(claim.value): claim.value for claim in self._said.get(path, ())}.values())

    def under(self, prefix: str) -> dict[str, Any]:
        """Return what was said about the facts below a path: last part of the path → value."""
        return {
            path.removeprefix(f"{prefix}."): claims[0].value
            for path, claims in self._said.items()
            if path.startswith(f"{prefix}.")
        }

    def sources(self) -> dict[str, str]:
        """Return who said what counts: path → "collect_env, line 12"."""
        return {path: f"{claims[0].by}, line {claims[0].line}" for path, claims in sorted(self._said.items())}

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)
