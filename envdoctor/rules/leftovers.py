"""What pip leaves behind when it is interrupted while it removes a package."""

from __future__ import annotations

import re
from collections.abc import Iterable

FILLERS = r"[-~.=%0-9]"
"""With these pip replaces the letters after the "~", if a shorter name is taken."""


def remains_of(package: str, leftovers: Iterable[str]) -> tuple[str, ...]:
    """Return the paths among the remains that belonged to a package: `~orch`, `~orch-2.1.0.dist-info`, `~-rch`.

    Source: pip, AdjacentTempDirectory: the name's beginning is replaced by a tilde and fillers.
    """
    names = "|".join(f"{FILLERS}{{{count}}}{re.escape(package[count + 1 :])}" for count in range(len(package) - 1))
    pattern = re.compile(rf"~(?:{names})(?:-\d[^/\\]*)?", re.IGNORECASE)
    return tuple(path for path in leftovers if pattern.fullmatch(re.split(r"[/\\]", path)[-1]))
