"""How many of the steps are listened to, so that watching costs little."""

from __future__ import annotations

import random

RESTED_AFTER = 200
"""Steps at the beginning that are all listened to."""
GROUP = 50
HOOKS_SECONDS = 60e-6
"""About what the hooks cost a short step of one read and one loader, as `tools/bench_observer.py` shows it."""
HOOKS_SHARE = 0.01
"""Of the time, for the hooks."""
LEAST_LISTENED = 0.15
"""Share of the steps that are listened to, however short they are."""


class Pace:
    """Says for how long the hooks rest."""

    def __init__(self) -> None:
        # The script's own chance is left alone.
        self._chance = random.Random(0)  # noqa: S311  # no secret hangs on it

    def rest(self, group: list[dict[str, float]]) -> int:
        """Return for how many steps the hooks rest after a group of steps, to bring their cost down to its share."""
        mean = sum(row["seconds"] for row in group) / len(group)
        listened = max(LEAST_LISTENED, mean * HOOKS_SHARE / HOOKS_SECONDS)
        if listened >= 1:
            return 0
        # Nothing that the script does at every hundredth step may fall into step with this.
        return int(GROUP * (1 / listened - 1) * self._chance.uniform(0.5, 1.5))
