"""Measures what the benchmark's harness costs: its steps against a bare loop of the same work, by CPU time, in turns.

Usage: python tools/bench_harness.py [ROUNDS] [--write]

Rounds are short and many, and which of the two goes first changes from round to round, so that what else runs on the
machine falls on both alike. `--write` also puts the output into reports/bench-harness.txt.
"""

from __future__ import annotations

import importlib
import os
import platform
import statistics
import sys
import time
import types
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[1]
WORKER = ROOT / "envdoctor" / "bench" / "worker"
OUTPUT = ROOT / "reports" / "bench-harness.txt"
NAME = "bench_worker"
STEPS = {4: 250, 128: 20}
"""Batch → steps of a window."""
WANTED = {4: 1.03, 128: 1.01}


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


def measure(batch: int, rounds: int, images: Any) -> str:
    """Return a line with the ratio of each round and their median."""
    windows, recipe = load("windows"), load("recipe")
    settings = {"batch": batch, "data": "memory", "read_loss_every": 0}
    trainer = recipe.Trainer(settings, images, "cpu", 0)
    side = windows.Side("this", trainer.step, batch, "cpu", loss=lambda: trainer.last_loss)
    step = bare(images, batch)
    torch.set_num_threads(1)
    side.begin()
    step()

    def by_hand() -> float:
        began = time.process_time()
        for _ in range(STEPS[batch]):
            step()
        return (time.process_time() - began) / STEPS[batch]

    def by_harness(seconds: float) -> float:
        began = time.process_time()
        told = side.window(seconds * STEPS[batch])
        return (time.process_time() - began) / float(told["steps"])

    ratios: list[float] = []
    about = by_hand()
    for number in range(rounds):
        if number % 2:
            measured = by_harness(about)
            ratios.append(measured / by_hand())
        else:
            alone = by_hand()
            ratios.append(by_harness(about) / alone)
    shown = " ".join(f"{ratio:.3f}" for ratio in ratios)
    median = statistics.median(ratios)
    return f"batch {batch}: harness / bare loop {median:.3f} (wanted: at most {WANTED[batch]}; rounds: {shown})"


def machine() -> str:
    """Say on what this was measured."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    load_now = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    share = load("host").cpu_share()
    return (
        f"{now}, {platform.machine()}, {os.cpu_count()} CPUs{load_now}, a busy loop gets {share:.2f} of a CPU, "
        f"torch {torch.__version__}, Python {platform.python_version()}, CPU time, 1 thread"
    )


def main() -> None:
    """Measure at batch 4 and 128."""
    write = "--write" in sys.argv
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    images = load("data_synthetic").make(load("images").Wanted(200, 20, 0))
    lines = [machine(), *(measure(batch, numbers[0] if numbers else 31, images) for batch in STEPS), machine()]
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if write:
        OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
