"""Reads the time of training steps without holding the device up.

On the CPU a step is over when it returns. A GPU works on after the call: there, each step leaves an
event in the device's queue, and events are read when a window of many steps ends.
"""

from __future__ import annotations

import time
from typing import Any

import torch


class HostClock:
    """For a device that works while the call lasts."""

    def __init__(self) -> None:
        self._marks = [time.perf_counter()]

    def mark(self) -> None:
        """Note that a step ended."""
        self._marks.append(time.perf_counter())

    def wait(self) -> float:
        """Wait until all is done and return the moment, in seconds."""
        return time.perf_counter()

    def seconds(self) -> list[float]:
        """Return the seconds between marks."""
        return [after - before for before, after in zip(self._marks, self._marks[1:])]


class DeviceClock:
    """For a GPU: marks are events on its stream."""

    def __init__(self, device: str) -> None:
        self._device = torch.device(device)
        self._marks: list[Any] = []
        self.mark()

    def mark(self) -> None:
        """Leave an event in the queue."""
        cuda: Any = torch.cuda
        event = cuda.Event(enable_timing=True)
        event.record(torch.cuda.current_stream(self._device))
        self._marks.append(event)

    def wait(self) -> float:
        """Wait for the device and return the moment, in seconds."""
        torch.cuda.synchronize(self._device)
        return time.perf_counter()

    def seconds(self) -> list[float]:
        """Return the seconds between marks, by the device's own clock."""
        self.wait()
        return [before.elapsed_time(after) / 1e3 for before, after in zip(self._marks, self._marks[1:])]


def clock_for(device: str) -> HostClock | DeviceClock:
    """Return the clock that fits a device."""
    return HostClock() if device == "cpu" else DeviceClock(device)
