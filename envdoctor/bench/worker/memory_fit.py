"""How memory grows with the batch, and which batch would be the largest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy

from .recipe import Trainer

if TYPE_CHECKING:
    from .images import Images

MOST = 4096
USED = 0.25
"""Share of the free memory of a CPU's machine that is tried: others live there too."""
SECONDS = 20.0
POINTS = 3


def memory(request: dict[str, Any], images: Images) -> dict[str, Any]:
    """Return what a step keeps for its backward pass, for doubling batches, and a straight line through it.

    Activations are counted tensor by tensor as autograd keeps them, so this is exact and the same everywhere;
    on a GPU the allocator's peak is measured beside it.
    """
    device = request["device"]
    trainer = Trainer({**request["settings"], "data": "memory"}, images, device, request["seed"])
    trainer.enter()
    trainer.step()
    rows, reason = _doubled(trainer, images, device)
    parameters = sum(p.numel() * p.element_size() for p in trainer.net.parameters())
    gradients = sum(p.grad.numel() * p.grad.element_size() for p in trainer.parameters if p.grad is not None)
    states = (v for state in trainer.optimizer.state.values() for v in state.values())
    kept = sum(v.numel() * v.element_size() for v in states if isinstance(v, torch.Tensor))
    found: dict[str, Any] = {
        "rows": rows, "ended_because": reason, "parameters_bytes": parameters, "gradients_bytes": gradients,
        "optimizer_bytes": kept, "largest_batch_tried": rows[-1]["batch"] if rows else None,
    }  # fmt: skip
    if len(rows) >= POINTS:
        found.update(_line(rows, device))
    return found


def _doubled(trainer: Trainer, images: Images, device: str) -> tuple[list[dict[str, Any]], str]:
    rows: list[dict[str, Any]] = []
    began, batch = time.perf_counter(), 1
    most = min(MOST, len(images.train_labels))
    while batch <= most:
        if device == "cpu" and rows and 3 * rows[-1]["activation_bytes"] > USED * free_memory():
            return rows, "a quarter of the free memory was reached"
        try:
            rows.append(_row(trainer, images, device, batch))
        except (RuntimeError, MemoryError) as error:
            if "memory" not in str(error).lower() and not isinstance(error, MemoryError):
                raise
            return rows, "out of memory at batch %d" % batch
        if time.perf_counter() - began > SECONDS:
            return rows, "%.0f s were over" % SECONDS
        batch *= 2
    return rows, "the largest batch of the plan fits"


def _row(trainer: Trainer, images: Images, device: str, batch: int) -> dict[str, Any]:
    pixels, labels = trainer.epochs.to_test(images.train[:batch]), images.train_labels[:batch].to(device)
    kept: dict[tuple[int, int], int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        # The same memory may be kept by two operators.
        kept[tensor.data_ptr(), tensor.numel()] = tensor.numel() * tensor.element_size()
        return tensor

    if device != "cpu":
        torch.cuda.reset_peak_memory_stats(device)
    trainer.optimizer.zero_grad(set_to_none=True)
    owned = {p.data_ptr() for p in trainer.net.parameters()}
    began = time.perf_counter()
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        loss = cross_entropy(trainer.net(pixels).float(), labels)
    torch.autograd.backward(loss)
    row = {
        "batch": batch,
        "activation_bytes": sum(size for (at, _), size in kept.items() if at not in owned),
        "seconds": time.perf_counter() - began,
    }
    if device != "cpu":
        row["peak_bytes"] = int(torch.cuda.max_memory_allocated(device))
    return row


def _line(rows: list[dict[str, Any]], device: str) -> dict[str, Any]:
    """Predict the last row by a line through two before it, and the largest batch by a line through the last two."""
    key = "activation_bytes" if device == "cpu" else "peak_bytes"
    third, second, last = rows[-3:]
    slope = (second[key] - third[key]) / (second["batch"] - third["batch"])
    predicted = second[key] + slope * (last["batch"] - second["batch"])
    slope = (last[key] - second[key]) / (last["batch"] - second["batch"])
    fixed = last[key] - slope * last["batch"]
    free = free_memory() if device == "cpu" else int(torch.cuda.mem_get_info(device)[0]) + last[key]
    return {
        "bytes_per_image": slope, "fixed_bytes": fixed, "predicted_bytes": predicted, "measured_bytes": last[key],
        "free_bytes": free, "largest_batch_predicted": int((free - fixed) / slope) if slope > 0 else None,
    }  # fmt: skip


def free_memory() -> int:
    """Return the bytes that could be had, by the system; a tiny number where nobody says."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123  # no file of ours
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) << 10
    except OSError:
        pass
    return 1 << 30
