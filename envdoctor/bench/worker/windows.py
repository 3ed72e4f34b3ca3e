"""Measures settings against each other: windows of many steps, in turns, so that what disturbs one disturbs all."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Callable

import torch

if TYPE_CHECKING:
    from .recipe import Marks

WARM_UP = 3
LEAST = 4
"""Steps of a window, if they do not take `LONG` times as long as it should."""
LONG = 5
MOST = 4000
DIGITS = 7
"""Of a second: a tenth of a microsecond."""


class NotFinite(Exception):  # noqa: N818  # a result
    """The loss is no number any more."""


class Side:
    """One of the settings that are compared."""

    def __init__(self, name: str, step: Callable[[], Marks], batch: int, device: str, **more: Any) -> None:
        self.name = name
        self.step = step
        self.batch = batch
        self.device = device
        self.enter: Callable[[], None] = more.get("enter") or (lambda: None)
        self.settle: int = more.get("settle", 0)
        self.loss: Callable[[], Any] = more.get("loss") or (lambda: None)

    def wait(self) -> None:
        """Wait until the device has done all."""
        if self.device != "cpu":
            torch.cuda.synchronize(self.device)

    def begin(self) -> float:
        """Make the first step and some more; return the seconds of the first."""
        self.enter()
        self.wait()
        began = time.perf_counter()
        self.step()
        self.wait()
        first = time.perf_counter() - began
        for _ in range(WARM_UP):
            self.step()
        self.check()
        return first

    def check(self) -> None:
        """Raise NotFinite if the loss has become no number."""
        loss = self.loss()
        if loss is not None and not math.isfinite(float(loss)):
            raise NotFinite("the loss is no finite number")

    def window(self, seconds: float) -> dict[str, Any]:
        """Step for so long."""
        self.enter()
        for _ in range(min(self.settle, MOST)):
            self.step()
        self.wait()
        events: list[Any] = [self._event()]
        marks: list[Marks] = []
        cpu, began = time.process_time(), time.perf_counter()
        until = began + seconds
        while _goes_on(len(marks), time.perf_counter(), until, until + (LONG - 1) * seconds):
            marks.append(self.step())
            events.append(self._event())
        self.wait()
        ended = time.perf_counter()
        self.check()
        return self._told(marks, events, ended - began, time.process_time() - cpu)

    def _event(self) -> Any:
        if self.device == "cpu":
            return None
        cuda: Any = torch.cuda
        event = cuda.Event(enable_timing=True)
        event.record(torch.cuda.current_stream(self.device))
        return event

    def _told(self, marks: list[Marks], events: list[Any], wall: float, cpu: float) -> dict[str, Any]:
        device = [] if self.device == "cpu" else [a.elapsed_time(b) / 1e3 for a, b in zip(events, events[1:])]  # noqa: RUF007  # as above
        return {
            "side": self.name,
            "steps": len(marks),
            "images": len(marks) * self.batch,
            "seconds": wall,
            "cpu_seconds": cpu,
            "step": [round(m.returned - m.began, DIGITS) for m in marks],
            "loader": [round(m.got - m.began, DIGITS) for m in marks],
            "transfer": [round(m.sent - m.got, DIGITS) for m in marks],
            "host": [round(m.returned - m.sent, DIGITS) for m in marks],
            "device": [round(value, DIGITS) for value in device],
        }


def _goes_on(done: int, now: float, until: float, latest: float) -> bool:
    return not done or (done < LEAST and now < latest) or (done < MOST and now < until)


def measure(sides: list[Side], rounds: int, seconds: float, tell: Callable[..., None]) -> None:
    """Measure all sides in turns: A B A B."""
    for side in sides:
        tell(first_step={"side": side.name, "seconds": side.begin()})
    for number in range(rounds):
        for side in sides:
            tell(window={"round": number, **side.window(seconds)})
