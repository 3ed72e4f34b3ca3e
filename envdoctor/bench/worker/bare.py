"""A bare training step on random images, without data, loader or marks: what the arithmetic and its calls cost."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from . import nets
from .images import CHANNELS, SIZE

CLASSES = 10
WARM_UP = 2


class Bare:
    """A net in training with the textbook's optimizer, on one batch of random numbers."""

    def __init__(self, net: str, batch: int, device: str) -> None:
        self.batch = batch
        self._device = device
        self._net = nets.build(net, CLASSES).to(device)
        self._optimizer = torch.optim.SGD(self._net.parameters(), lr=0.001, momentum=0.9)
        self._images = torch.randn(batch, CHANNELS, SIZE, SIZE, device=device)
        self._labels = torch.randint(0, CLASSES, (batch,), device=device)

    @property
    def parameters(self) -> int:
        """Return how many numbers the net learns."""
        return sum(p.numel() for p in self._net.parameters())

    def step(self) -> None:
        """Learn from the batch."""
        self._optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(cross_entropy(self._net(self._images), self._labels))
        self._optimizer.step()

    def wait(self) -> None:
        """Wait until the device has done all."""
        if self._device != "cpu":
            torch.cuda.synchronize(self._device)

    def warm_up(self) -> None:
        """Make the first steps, which reserve memory and choose algorithms."""
        for _ in range(WARM_UP):
            self.step()
        self.wait()

    def timed(self, seconds: float) -> tuple[float, float]:
        """Step for so long, at least once; return wall and CPU seconds per step."""
        self.wait()
        steps, cpu, began = 0, time.process_time(), time.perf_counter()
        while not steps or time.perf_counter() - began < seconds:
            self.step()
            steps += 1
        self.wait()
        return (time.perf_counter() - began) / steps, (time.process_time() - cpu) / steps


def operators_of(net: str, batch: int) -> int | None:
    """Count the operators of one step on the CPU, with the profiler. None: it cannot say."""
    bare = Bare(net, batch, "cpu")
    bare.step()
    kinds: Any = torch.profiler.ProfilerActivity
    try:
        with torch.profiler.profile(activities=[kinds.CPU]) as profile:
            bare.step()
        return int(sum(event.count for event in profile.key_averages() if event.key.startswith("aten::")))
    except RuntimeError:
        return None
