"""How long a GPU works in a step: a few steps under PyTorch's profiler, when the watch is over.

The host's clock cannot tell: a GPU works on after the call, and reading a value waits for whatever is left of it.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any, Callable

import torch
from torch._C._autograd import DeviceType

STEPS = 5
MOST_SECONDS = 12.0


class DevicePass:
    """Some steps of the running script, in which the device keeps its own account.

    Args:
        activity: what the profiler shall record.
        kind: the kind of device whose work is counted.
        wait: waits until that device has done its work.
    """

    def __init__(self, activity: Any = None, kind: Any = None, wait: Callable[[], Any] | None = None) -> None:
        self._activity = activity if activity is not None else torch.profiler.ProfilerActivity.CUDA
        self._kind = kind if kind is not None else DeviceType.CUDA
        self._wait = wait or torch.cuda.synchronize
        self._profiler = None  # type: Any
        self._steps, self._began = 0, float("inf")
        self._told = None  # type: dict[str, Any] | None
        self.over = False

    def begin(self) -> None:
        """Begin at the end of a step. A profiler that does not start says nothing."""
        self._began = time.perf_counter()
        try:
            self._wait()
            # One of the script's own may be under way: there is only one in a process.
            self._profiler = torch.profiler.profile(activities=[self._activity])
            self._profiler.__enter__()
        except Exception:  # noqa: BLE001  # whatever it is, there is no account
            self._profiler, self.over = None, True

    def step(self) -> None:
        """Count a step that is over, and end after the last one."""
        self._steps += 1
        if self._steps >= STEPS or time.perf_counter() - self._began > MOST_SECONDS:
            self.stop()

    def stop(self) -> None:
        """End, and read the account."""
        profiler, self._profiler, self.over = self._profiler, None, True
        if profiler is None:
            return
        with contextlib.suppress(Exception):
            self._wait()
            profiler.__exit__(None, None, None)
            intervals = self._intervals(profiler)
            if self._steps and intervals:
                self._told = {
                    "steps": self._steps,
                    "busy_seconds": round(covered(intervals) / 1e6 / self._steps, 7),
                    "launches": round(len(intervals) / self._steps, 1),
                }

    def told(self) -> dict[str, Any] | None:
        """Return the seconds of a step in which the device worked, and the kernels and copies that it was given."""
        return self._told

    def _intervals(self, profiler: Any) -> list[tuple[float, float]]:
        """Return begin and end of each kernel and copy, in microseconds. Ranges that somebody named are no work."""
        return [
            (event.time_range.start, event.time_range.end)
            for event in profiler.events()
            if event.device_type == self._kind and not getattr(event, "is_user_annotation", False)
        ]


def covered(intervals: list[tuple[float, float]]) -> float:
    """Return the length of all intervals together, what several cover counted once."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(intervals):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total
