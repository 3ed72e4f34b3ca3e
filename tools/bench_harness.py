"""Measures what the benchmark's harness costs: its steps against a bare loop of the same work, by CPU time, in turns.

Usage: python tools/bench_harness.py [ROUNDS]
"""

from __future__ import annotations

import importlib
import statistics
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

WORKER = Path(__file__).resolve().parents[1] / "envdoctor" / "bench" / "worker"
NAME = "bench_worker"
STEPS = {4: 400, 128: 60}
"""Batch → steps of a window."""


def load(module: str) -> Any:
    """Load a module of the worker, as its start script does."""
    if NAME not in sys.modules:
        package = types.ModuleType(NAME)
        package.__path__ = [str(WORKER)]
        sys.modules[NAME] = package
    return importlib.import_module(f"{NAME}.{module}")


def bare(images: Any, batch: int) -> Callable[[], None]:
    """Return a step written as one writes it by hand: data in memory, the textbook's net."""
    torch.manual_seed(0)
    net = load("nets").build("textbook", 10)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)
    pixels, labels = (images.train.float() / 255 - 0.5) / 0.5, images.train_labels
    order = torch.randperm(len(labels))
    place = 0

    def step() -> None:
        nonlocal place
        index = order[place : place + batch]
        place = (place + batch) % (len(order) - batch)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.nn.functional.cross_entropy(net(pixels[index]), labels[index]))
        optimizer.step()

    return step


def measure(batch: int, rounds: int, images: Any) -> None:
    """Print the ratio of each round and their median."""
    windows, recipe = load("windows"), load("recipe")
    settings = {"batch": batch, "data": "memory", "read_loss_every": 0}
    trainer = recipe.Trainer(settings, images, "cpu", 0)
    side = windows.Side("this", trainer.step, batch, "cpu", loss=lambda: trainer.last_loss)
    step = bare(images, batch)
    torch.set_num_threads(1)
    side.begin()
    step()
    ratios: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(STEPS[batch]):
            step()
        by_hand = (time.process_time() - began) / STEPS[batch]
        began = time.process_time()
        told = side.window(by_hand * STEPS[batch])
        ratios.append((time.process_time() - began) / told["steps"] / by_hand)
    shown = " ".join(f"{ratio:.3f}" for ratio in ratios)
    print(f"batch {batch}: harness / bare loop {statistics.median(ratios):.3f} (rounds: {shown})")


def main() -> None:
    """Measure at batch 4 and 128."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    images = load("data_synthetic").make(load("images").Wanted(200, 20, 0))
    for batch in STEPS:
        measure(batch, rounds, images)


if __name__ == "__main__":
    main()
