"""How the time of a step grows with its batch: what is fixed, and what each image adds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

import torch

from .bare import Bare, operators_of

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
ROUNDS = 8
WINDOW_SECONDS = 0.025
MOST_SECONDS = 30.0
"""After which no further round begins, if three are there."""
LEAST_ROUNDS = 3


def fit(
    request: dict[str, Any],
    tell: Callable[..., None],
    batches: Sequence[int] = BATCHES,
    rounds: int = ROUNDS,
    seconds: float = WINDOW_SECONDS,
) -> None:
    """Time bare steps of each batch in turns, with one thread. Told round by round: an end in between keeps them."""
    net, device = request["settings"].get("net", "textbook"), request["device"]
    torch.set_num_threads(1)
    torch.manual_seed(request["seed"])
    sides = [Bare(net, batch, device) for batch in batches]
    for side in sides:
        side.warm_up()
    values: dict[str, Any] = {
        "net": net, "parameters": sides[0].parameters, "batches": list(batches), "wall_rounds": [], "cpu_rounds": [],
        "operators_per_step": operators_of(net, 4),
    }  # fmt: skip
    began = time.perf_counter()
    for number in range(rounds):
        if number >= LEAST_ROUNDS and time.perf_counter() - began > MOST_SECONDS:
            break
        # Every second round goes down, so that a drift of the machine does not look like an effect of the batch.
        turns = sides if number % 2 == 0 else sides[::-1]
        pairs = {side.batch: side.timed(seconds) for side in turns}
        values["wall_rounds"].append([pairs[batch][0] for batch in batches])
        values["cpu_rounds"].append([pairs[batch][1] for batch in batches])
        values.update(_dispatch(device, values))
        tell(values=values)


def _dispatch(device: str, values: dict[str, Any]) -> dict[str, Any]:
    """Time the call of the smallest operator, beside the steps: the clock of the CPU changes from minute to minute."""
    one, calls = torch.zeros(1, device=device), 2000
    cpu, began = time.process_time(), time.perf_counter()
    for _ in range(calls):
        one.add_(1)
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    samples = [*values.get("dispatch_samples", ()), (used if device == "cpu" else wall) / calls]
    return {"dispatch_samples": samples, "dispatch_seconds": sorted(samples)[len(samples) // 2]}
