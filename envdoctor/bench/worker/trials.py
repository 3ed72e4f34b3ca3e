"""Tries a change on the running script: some steps with it, some without, in turns; what it gains is measured.

That happens when the watch is over, before the script is ended: what it computes then is thrown away.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from .device_pass import DevicePass

WINDOWS = 8
LEAST_STEPS = 3
WINDOW_SECONDS = 0.4
MOST_SECONDS = 12.0
SETTLE = 1
"""Steps after a change that are not counted."""


class Trial:
    """One change, switched on and off at the ends of steps."""

    def __init__(self, name: str, switch: Callable[[bool], None], settings: dict[str, Any]) -> None:
        self.name, self._switch, self._settings = name, switch, settings
        self._windows = []  # type: list[tuple[bool, int, float]]
        self._on = False
        self._steps = 0
        self._began = self._start = time.perf_counter()
        self.over = False

    def begin(self) -> None:
        """Start the first window, as things are."""
        self._began = self._start = time.perf_counter()

    def step(self) -> None:
        """Count a step that is over, and change if its window is full."""
        now = time.perf_counter()
        self._steps += 1
        if self._steps <= SETTLE:
            self._start = now
            return
        counted = self._steps - SETTLE
        if counted < LEAST_STEPS or (now - self._start < WINDOW_SECONDS and now - self._began < MOST_SECONDS):
            return
        self._windows.append((self._on, counted, now - self._start))
        if len(self._windows) >= WINDOWS or (len(self._windows) % 2 == 0 and now - self._began > MOST_SECONDS):
            self._switch(False)
            self.over = True
            return
        self._on = not self._on
        self._switch(self._on)
        self._steps = 0
        self._start = time.perf_counter()

    def stop(self) -> None:
        """Leave things as they were."""
        if not self.over:
            self._switch(False)
            self.over = True

    def told(self) -> dict[str, Any] | None:
        """Return the ratios of the pairs of windows: time with the change / time without."""
        means = [(on, seconds / steps) for on, steps, seconds in self._windows]
        pairs = [means[at : at + 2] for at in range(0, len(means) - 1, 2)]
        ratios = sorted(pair[1][1] / pair[0][1] for pair in pairs if not pair[0][0] and pair[1][0] and pair[0][1])
        if len(ratios) < 2:  # noqa: PLR2004  # one pair shows no spread
            return None
        middle = len(ratios) // 2
        median = ratios[middle] if len(ratios) % 2 else (ratios[middle - 1] + ratios[middle]) / 2
        return {
            "name": self.name, "median": round(median, 4), "low": round(ratios[0], 4), "high": round(ratios[-1], 4),
            "pairs": len(ratios), **self._settings,
        }  # fmt: skip


class InTurn:
    """Several of them, one after another."""

    def __init__(self, trials: list[Trial | DevicePass]) -> None:
        self._trials = trials
        if trials:
            trials[0].begin()

    @property
    def seconds(self) -> float:
        """The most that they take."""
        return MOST_SECONDS * len(self._trials)

    @property
    def over(self) -> bool:
        """Nothing is left to try."""
        return all(one.over for one in self._trials)

    def step(self) -> None:
        """Count a step that is over."""
        current = next((one for one in self._trials if not one.over), None)
        if current is None:
            return
        current.step()
        after = next((one for one in self._trials if not one.over), None)
        if after is not None and after is not current:
            after.begin()

    def stop(self) -> None:
        """Leave things as they were."""
        for one in self._trials:
            one.stop()

    def told(self) -> list[dict[str, Any]]:
        """Return what each change gave."""
        found = [one.told() for one in self._trials if isinstance(one, Trial)]
        return [one for one in found if one]
