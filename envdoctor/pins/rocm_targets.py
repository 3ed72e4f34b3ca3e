"""What ROCm calls AMD's GPUs."""

from __future__ import annotations

import re

TARGETS = (
    (r"\brx ?79\d\d|\bw7[89]00", "gfx1100"),
    (r"\brx ?7[78]\d\d|\bw7700", "gfx1101"),
    (r"\brx ?76\d\d|\bw7[56]00", "gfx1102"),
    (r"\brx ?6(?:800|9\d\d)|\bw6800|\bv620", "gfx1030"),
    (r"\brx ?907\d", "gfx1201"),
    (r"\brx ?906\d", "gfx1200"),
    (r"\bmi100\b", "gfx908"),
    (r"\bmi2[15]0x?\b", "gfx90a"),
    (r"\bmi3(?:00[ax]?|08x|25x)\b", "gfx942"),
    (r"\bmi35[05]x?\b", "gfx950"),
)
"""A GPU's name → what ROCm's compilers call it. Source: AMD's list of GPU architectures in ROCm's documentation."""


def target_of(name: str) -> str | None:
    """Return what ROCm calls a GPU ("gfx1100"); None: it is not known, or none of AMD's."""
    return next((target for pattern, target in TARGETS if re.search(pattern, name, re.IGNORECASE)), None)
