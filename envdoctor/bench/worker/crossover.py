"""Time per image over batch, width and threads (on a GPU: over batch and width): the map of who is faster."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

import torch

from . import machine
from .bare import Bare

if TYPE_CHECKING:
    from collections.abc import Sequence

NETS = (("textbook", 6), ("wide", 32), ("wider", 64))
"""Name, and channels of its first convolution."""
BATCHES = (1, 4, 16, 64, 256)
ROUNDS = 3
WINDOW_SECONDS = 0.03
MOST_SECONDS = 60.0


def crossover(
    request: dict[str, Any],
    tell: Callable[..., None],
    batches: Sequence[int] = BATCHES,
    rounds: int = ROUNDS,
    seconds: float = WINDOW_SECONDS,
) -> None:
    """Time bare steps of each net and batch in turns. Told round by round."""
    device = request["device"]
    torch.manual_seed(request["seed"])
    counts = thread_counts(request["settings"].get("threads")) if device == "cpu" else (1,)
    cells: list[dict[str, Any]] = []
    sides: list[tuple[Bare, int, dict[str, Any]]] = []
    for net, width in NETS:
        for batch in batches:
            bare = Bare(net, batch, device)
            bare.warm_up()
            for threads in counts:
                cell: dict[str, Any] = {"net": net, "width": width, "parameters": bare.parameters, "batch": batch,
                                        "threads": threads, "seconds_per_image": []}  # fmt: skip
                cells.append(cell)
                sides.append((bare, threads, cell))
    began = time.perf_counter()
    for number in range(rounds):
        if number and time.perf_counter() - began > MOST_SECONDS:
            break
        for bare, threads, cell in sides:
            torch.set_num_threads(threads)
            bare.step()  # threads that are new start here
            cell["seconds_per_image"].append(bare.timed(seconds)[0] / bare.batch)
        tell(values={"cells": cells, "thread_counts": list(counts)})


def thread_counts(default: int | None) -> tuple[int, ...]:
    """Return 1, torch's own choice, and where that is 1 all CPUs that may be used."""
    most = default if default and default > 1 else machine.cpus() or 1
    return tuple(sorted({1, most}))
