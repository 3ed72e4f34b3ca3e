"""How memory grows with the batch, what takes it, and which batch is the largest."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import time
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy

from . import machine
from .memory_split import between, free_memory, line, lines_of_host, no_room, spill, split
from .recipe import Trainer

if TYPE_CHECKING:
    from .images import Images

MOST = 4096
MOST_ON_GPU = 1 << 20
USED = 0.25
"""Share of the free memory of a CPU's machine that is tried: others live there, and Linux kills who takes too much."""
LARGEST_STORAGE = 2 << 30
"""Of twice as many bytes, operators that count elements in 32 bits may lose count."""
SAMPLE = 1000
"""Images that a batch is made of, over and over."""
SECONDS = 20.0
TRIES = 5
"""Between the largest batch that fits and the smallest that does not."""


def memory(request: dict[str, Any], images: Images) -> dict[str, Any]:
    """Return what a step takes, for doubling batches, and a straight line through it.

    Parameters, gradients and the optimizer's state are counted; activations too, storage by storage as autograd keeps
    them for the backward pass: both are exact. What is used beyond is measured: by the allocator on a GPU, by the
    process's peak on a CPU.
    """
    device = request["device"]
    trainer = Trainer({**request["settings"], "data": "memory"}, images, device, request["seed"])
    trainer.enter()
    trainer.step()
    looker = _Looker(trainer, images, device)
    reason = looker.grow()
    rows = sorted(looker.rows, key=lambda row: int(row["batch"]))
    found: dict[str, Any] = {
        "rows": rows,
        "ended_because": reason,
        **looker.owned(),
        "largest_batch_tried": rows[-1]["batch"] if rows else None,
        "smallest_batch_refused": looker.refused,
    }
    if rows:
        found.update(split(rows[-1], found))
    if device == "cpu":
        return {**found, **lines_of_host(rows)}
    # The doubled ones: of those in between, two lie too near for a line.
    doubled = [row for row in rows if row["batch"] & (row["batch"] - 1) == 0]
    free, total = torch.cuda.mem_get_info(device)
    free_for_step = int(free) + int(torch.cuda.memory_reserved(device))
    return {**found, **line(doubled, "peak_bytes", free_for_step), **spill(rows, int(total))}


class _Looker:
    """Makes steps of growing size and looks at memory."""

    def __init__(self, trainer: Trainer, images: Images, device: str) -> None:
        self._trainer = trainer
        self._images = images
        self._device = device
        sample = min(SAMPLE, len(images.train_labels))
        self._pixels = trainer.epochs.to_test(images.train[:sample])
        self._labels = images.train_labels[:sample].to(device)
        self._began = time.perf_counter()
        self.rows: list[dict[str, Any]] = []
        self.refused: int | None = None

    def owned(self) -> dict[str, int]:
        """Return the bytes of what stays from step to step."""
        net, optimizer = self._trainer.net, self._trainer.optimizer
        states = (v for state in optimizer.state.values() for v in state.values())
        return {
            "parameters_bytes": sum(_size(p) for p in net.parameters()),
            "buffers_bytes": sum(_size(b) for b in net.buffers()),
            "gradients_bytes": sum(_size(p.grad) for p in self._trainer.parameters if p.grad is not None),
            "optimizer_bytes": sum(_size(v) for v in states if isinstance(v, torch.Tensor)),
        }

    def grow(self) -> str:
        """Double the batch until something ends it, and say what; then look between, if it was memory."""
        batch, most = 1, MOST_ON_GPU
        if self._device == "cpu":
            most = min(MOST, len(self._images.train_labels))
        while batch <= most:
            if self.rows and self.rows[-1]["largest_storage_bytes"] >= LARGEST_STORAGE:
                return "from here on, operators that count in 32 bits may lose count"
            if self._device == "cpu" and self.rows and 3 * self.rows[-1]["activation_bytes"] > USED * free_memory():
                return "a quarter of the free memory was reached"
            problem = self._try(batch)
            if problem:
                self.refused = batch
                self._narrow()
                return problem
            if self._device != "cpu" and spill(self.rows, self._total())["spilled_at_batch"]:
                self.refused = batch
                return "from batch %d on, memory that is not the GPU's is used" % batch
            if time.perf_counter() - self._began > SECONDS:
                return "%.0f s were over" % SECONDS
            batch *= 2
        return "the largest batch of the plan fits"

    def _narrow(self) -> None:
        """Find the largest batch between one that fits and one that does not."""
        for _ in range(TRIES):
            good = max((int(row["batch"]) for row in self.rows), default=0)
            following = between(good, self.refused or 0)
            if following is None or time.perf_counter() - self._began > 2 * SECONDS:
                return
            if self._try(following):
                self.refused = following

    def _total(self) -> int:
        return int(torch.cuda.mem_get_info(self._device)[1])

    def _try(self, batch: int) -> str:
        """Make a step; return why it could not be made, if so.

        Raises:
            RuntimeError: something else than size is in the way.
        """
        try:
            self.rows.append(self._row(batch))
        except (RuntimeError, MemoryError) as error:
            if not no_room(error) and not self.rows:
                raise
            words = " ".join(str(error).split())[:200]
            self._trainer.optimizer.zero_grad(set_to_none=True)
            if self._device != "cpu":
                torch.cuda.empty_cache()
            return "out of memory at batch %d" % batch if no_room(error) else "batch %d: %s" % (batch, words)
        return ""

    def _row(self, batch: int) -> dict[str, Any]:
        trainer = self._trainer
        index = torch.arange(batch, device=self._device) % len(self._labels)
        layout = torch.channels_last if trainer.settings["channels_last"] else torch.contiguous_format
        trainer.optimizer.zero_grad(set_to_none=True)
        before = self._before()
        pixels, labels = self._pixels[index].contiguous(memory_format=layout), self._labels[index]
        kept = {_place(p): 0 for p in (*trainer.net.parameters(), *trainer.net.buffers(), pixels, labels)}

        def note(tensor: torch.Tensor) -> torch.Tensor:
            # The same memory may be kept by two operators, or in parts.
            kept.setdefault(_place(tensor), _storage(tensor).nbytes())
            return tensor

        began = time.perf_counter()
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            with trainer._autocast():  # noqa: SLF001  # as its own step does
                outputs = trainer.net(pixels)
            loss = cross_entropy(outputs.float(), labels)
        torch.autograd.backward(loss)
        if self._device != "cpu":
            torch.cuda.synchronize(self._device)
        return {
            "batch": batch,
            "activation_bytes": sum(kept.values()),
            "largest_storage_bytes": max(kept.values()),
            "input_bytes": _size(pixels) + _size(labels),
            "step_bytes": sum(kept.values()) + _size(pixels) + _size(labels),
            "seconds": time.perf_counter() - began,
            **self._after(before),
        }

    def _before(self) -> dict[str, Any]:
        if self._device == "cpu":
            _give_back()
            machine.forget_host_peak()
            return {"resident": _resident() if sys.platform.startswith("linux") else None}
        torch.cuda.reset_peak_memory_stats(self._device)
        return {
            "base_bytes": int(torch.cuda.memory_allocated(self._device)),
            "free_before_bytes": int(torch.cuda.mem_get_info(self._device)[0]),
            "reserved": int(torch.cuda.memory_reserved(self._device)),
        }

    def _after(self, before: dict[str, Any]) -> dict[str, Any]:
        if self._device == "cpu":
            peak = machine.peak_memory("cpu")["host_bytes"]
            known = peak is not None and before["resident"] is not None
            return {"host_grown_bytes": max(0, peak - before["resident"]) if known and peak is not None else None}
        stats = torch.cuda.memory_stats(self._device)
        reserved = int(stats.get("reserved_bytes.all.peak", 0))
        free, total = torch.cuda.mem_get_info(self._device)
        return {
            "base_bytes": before["base_bytes"],
            "free_before_bytes": before["free_before_bytes"],
            "peak_bytes": int(stats.get("allocated_bytes.all.peak", 0)),
            "reserved_bytes": reserved,
            "grew_bytes": max(0, reserved - before["reserved"]),
            "used_bytes": int(total) - int(free),
        }


def _give_back() -> None:
    """Let the C library return what it keeps of freed memory (glibc): it would hide what the next step takes."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _size(tensor: torch.Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _storage(tensor: torch.Tensor) -> Any:
    return tensor.untyped_storage()


def _place(tensor: torch.Tensor) -> int:
    return int(_storage(tensor).data_ptr())


def _resident() -> int | None:
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:  # noqa: PTH123  # no file of ours
            return next((int(row.split()[1]) << 10 for row in file if row.startswith("VmRSS:")), None)
    except OSError:
        return None
