"""Compares what loader processes hand over with what the training process makes itself, however they are started."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader

from .loading import Pictures
from .refused import Skip

if TYPE_CHECKING:
    from .images import Images

WORKERS = 2
BATCH = 64
IMAGES = 512
SHARED = "/dev/shm"  # noqa: S108  # the name that Linux gives it


def compare(method: str, images: Images, seed: int, limit: float) -> dict[str, Any]:
    """Load the same batches with and without processes, and count those that differ.

    Args:
        method: how the processes are started: `fork`, `spawn`, `forkserver`.
        images: what is loaded.
        seed: of the order.
        limit: seconds; a process that does not answer for so long is given up.

    Raises:
        Skip: processes are not started so here.
    """
    if method not in multiprocessing.get_all_start_methods():
        raise Skip("this system has no %s" % method)
    if method == "fork" and sys.platform == "darwin":
        raise Skip("libraries of macOS do not survive a fork, and torch does not use it there")
    pictures = Pictures(images.train[:IMAGES].clone(), images.train_labels[:IMAGES].clone(), None)
    wanted = list(_loader(pictures, seed))
    until = time.perf_counter() + limit
    began = time.perf_counter()
    found: dict[str, Any] = {"workers": WORKERS, "batches": len(wanted), "compared": 0, "different": 0}
    more = {"num_workers": WORKERS, "multiprocessing_context": method, "timeout": limit}
    try:
        for number, batch in enumerate(_loader(pictures, seed, **more)):
            if not number:
                found["first_batch_seconds"] = time.perf_counter() - began
            found["compared"] += 1
            found["different"] += not all(torch.equal(a, b) for a, b in zip(batch, wanted[number]))
            if time.perf_counter() > until:
                return {**found, "error": "timed out: %.3g s, %d of %d batches" % (limit, number + 1, len(wanted))}
    except (RuntimeError, OSError, EOFError) as error:
        text = " ".join(str(error).split())[:300]
        return {**found, "error": "%s: %s%s" % (type(error).__name__, text, _shared_memory())}
    found["all_seconds"] = time.perf_counter() - began
    return found


def _loader(pictures: Pictures, seed: int, **more: Any) -> Any:
    order = torch.Generator().manual_seed(seed)
    return DataLoader(pictures, batch_size=BATCH, shuffle=True, generator=order, **more)


def _shared_memory() -> str:
    """Say how much room there is for what processes share, where the system has a place for it."""
    try:
        room = os.statvfs(SHARED)
    except (OSError, AttributeError):
        return ""
    free, whole = (blocks * room.f_frsize >> 20 for blocks in (room.f_bavail, room.f_blocks))
    return " (%s: %d of %d MiB free)" % (SHARED, free, whole)
