"""How far a series of experiments is, and how long the rest will take: estimates, corrected by what was measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

Key = tuple[str, str]
"""An experiment's name and its device."""


class Forecast:
    """Listens to what a series says. Knows nothing (and `of` is 0) until a plan was told."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._estimates: dict[Key, float] = {}
        self._over: set[Key] = set()
        self._taken = self._expected = 0.0
        self._current: Key | None = None
        self._began = 0.0
        self._trained = ""

    def hear(self, said: Mapping[str, Any]) -> None:
        """Take what the series or its worker says; what does not concern us is passed over."""
        if "plan" in said:
            self._estimates.update({(name, device): float(estimate) for name, device, estimate in said["plan"]})
        elif "begun" in said:
            self._end()
            name, device = said["begun"]
            self._current, self._began, self._trained = (str(name), str(device)), self._clock(), ""
        elif "ended" in said:
            self._end(counts=said["ended"].get("verdict") != "SKIPPED")
        elif "progress" in said and self._current is not None:
            done, planned = said["progress"]
            self._trained = f", trained {done / planned:.0%}" if planned else ""

    def _end(self, *, counts: bool = True) -> None:
        """Note that an experiment is over: how much longer it took than was thought corrects the rest."""
        if self._current is None:
            return
        self._over.add(self._current)
        if counts and self._current in self._estimates:
            self._taken += self._clock() - self._began
            self._expected += self._estimates[self._current]
        self._current = None

    @property
    def of(self) -> int:
        """The number of experiments that are planned so far; GPUs add theirs when they are found."""
        return len(self._estimates)

    @property
    def over(self) -> int:
        """The number of experiments that are over."""
        return len(self._over & self._estimates.keys())

    @property
    def words(self) -> str:
        """Say what is under way."""
        if self._current is None:
            return f"{self.over} of {self.of}"
        name, device = self._current
        return f"{self.over + 1} of {self.of}: {name} on {device}{self._trained}"

    @property
    def left(self) -> float:
        """Seconds that the rest is expected to take."""
        factor = self._taken / self._expected if self._expected > 0 else 1.0
        rest = sum(seconds for key, seconds in self._estimates.items() if key not in self._over)
        if self._current is not None and self._current in self._estimates:
            # What is under way takes as long as it was thought to, or ends any moment.
            rest -= min(self._estimates[self._current], (self._clock() - self._began) / factor if factor else 0.0)
        return max(0.0, rest * factor)


def duration(seconds: float) -> str:
    """Write seconds as people do: 0:07, 12:30, 1:05:00."""
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
