"""Trains the net for as many steps as fit into the time, and notes what each step cost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

import torch
from torch.nn.functional import cross_entropy

from .clock import clock_for
from .images import Images, scaled

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 128
RATE = 0.1
WARM_UP = 10
"""Steps over which the learning rate rises; then it falls to zero in a straight line."""
WINDOW_SECONDS = 0.5
"""How long to go on before the clock is read and progress is told."""
TEST_BATCH = 500


class Plan(NamedTuple):
    """How long to train."""

    seconds: float
    """Aim at so much time."""
    least: int
    """Steps that are made even if they take longer, up to `limit` seconds."""
    most: int
    limit: float


def train(
    net: torch.nn.Module, images: Images, plan: Plan, device: str, *, seed: int, tell: Callable[[int, int], None]
) -> dict[str, Any]:
    """Train the net in place.

    The clock covers: taking a batch out of memory that is on the device already, turning bytes into
    numbers, forward, loss, backward, and the optimizer's step.
    """
    pixels, labels = images.train.to(device), images.train_labels.to(device)
    batch = min(BATCH, len(labels))
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=0.9, nesterov=True, weight_decay=5e-4)
    order = _order(len(labels), batch, seed, device)
    losses: list[torch.Tensor] = []

    def step(planned: int) -> None:
        rate = RATE * _slope(len(losses), planned)
        for group in optimizer.param_groups:
            group["lr"] = rate
        index = next(order)
        loss = cross_entropy(net(scaled(pixels[index])), labels[index])
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.detach())

    net.train()
    clock = clock_for(device)
    started = clock.wait()
    step(plan.most)
    clock.mark()
    first_ended, cpu_started = clock.wait(), time.process_time()
    planned = plan.most
    while len(losses) < planned:
        _window(step, clock.mark, planned, planned - len(losses))
        now = clock.wait()
        planned = _replan(plan, planned, len(losses), now - first_ended, now - started)
        tell(len(losses), planned)
    ended = clock.wait()
    first, *rest = clock.seconds()
    return {
        "batch": batch,
        "first_step_seconds": first_ended - started if device != "cpu" else first,
        "seconds_per_step": rest,
        "window_seconds": ended - first_ended,
        "cpu_seconds": time.process_time() - cpu_started,
        "loss": torch.stack(losses).cpu().tolist(),
        "train_images": len(labels),
    }


def _window(step: Callable[[int], None], mark: Callable[[], None], planned: int, most: int) -> None:
    until = time.perf_counter() + WINDOW_SECONDS
    for _ in range(most):
        step(planned)
        mark()
        if time.perf_counter() >= until:
            return


def _replan(plan: Plan, planned: int, done: int, measured: float, elapsed: float) -> int:
    """Say how many steps there will be in all. The plan only ever shrinks, so that the rate falls to zero."""
    if elapsed >= plan.limit:
        return done
    per_step = measured / max(1, done - 1)
    fit = done + int(max(0.0, plan.seconds - elapsed) / per_step) if per_step > 0 else planned
    return max(done, min(planned, max(plan.least, fit)))


def _slope(step: int, planned: int) -> float:
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    return max(0.0, (planned - step) / max(1, planned - WARM_UP))


def _order(number: int, batch: int, seed: int, device: str) -> Iterator[torch.Tensor]:
    """Yield the indices of whole batches, each epoch in an order of its own."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        shuffled = torch.randperm(number, generator=generator).to(device)
        yield from torch.split(shuffled[: number - number % batch], batch)


def test(net: torch.nn.Module, images: Images, device: str) -> dict[str, Any]:
    """Count the test images that the net names correctly."""
    net.eval()
    correct = 0
    with torch.no_grad():
        for pixels, labels in zip(torch.split(images.test, TEST_BATCH), torch.split(images.test_labels, TEST_BATCH)):
            answers = net(scaled(pixels.to(device))).argmax(1)
            correct += int((answers == labels.to(device)).sum())
    tested = len(images.test_labels)
    return {
        "correct": correct,
        "tested": tested,
        # What naming the most frequent class every time would get.
        "chance": int(images.test_labels.bincount().max()) / tested,
    }
