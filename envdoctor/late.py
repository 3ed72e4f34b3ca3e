"""Patterns that are compiled when they are first used: a run needs few of the hundreds, and compiling takes time."""

from __future__ import annotations

import re
from typing import Any, cast


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what behaves like `re.compile(pattern, flags)`."""
    return cast("re.Pattern[str]", _Late(pattern, flags))


class _Late:
    def __init__(self, pattern: str, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Compile, and keep what was asked for (`search`, `sub`, …), so that this happens once."""
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found
