"""What the machine can do at best, each measured for about a third of a second on random numbers."""

from __future__ import annotations

import os
import tempfile
import time
from typing import Any, Callable

import torch
from torch import nn

SECONDS = 0.35
EDGE = 1024
GPU_EDGE = 4096
COPY_BYTES = 128 << 20
MANY = 2000
DISK_BYTES = 64 << 20


def ceilings(device: str) -> dict[str, Any]:
    """Return rates by name, with the unit in the name; lists are raw samples."""
    found: dict[str, Any] = {}
    edge = EDGE if device == "cpu" else GPU_EDGE
    for name, kind in (("fp32", torch.float32), ("bf16", torch.bfloat16), ("fp16", torch.float16)):
        if device == "cpu" and name == "fp16":
            continue  # few CPUs compute in it
        a, b = (torch.randn(edge, edge, device=device).to(kind) for _ in range(2))
        samples = _timed(lambda a=a, b=b: a @ b, device)  # type: ignore[misc]
        found["gemm_%s_seconds" % name] = samples
        found["gemm_%s_flops" % name] = 2 * edge**3 / min(samples)
    source = torch.randn(COPY_BYTES // 4, device=device)
    target = torch.empty_like(source)
    samples = _timed(lambda: target.copy_(source), device)
    found["copy_seconds"] = samples
    found["copy_bytes_per_second"] = 2 * COPY_BYTES / min(samples)
    found.update(_dispatch(device))
    if device != "cpu":
        found.update(_transfers(device))
    found.update(_disk())
    return found


def _timed(call: Callable[[], Any], device: str) -> list[float]:
    """Return the seconds of each call, the first left out; at least three."""
    samples: list[float] = []
    call()
    _wait(device)
    until = time.perf_counter() + SECONDS
    while len(samples) < 3 or time.perf_counter() < until:  # noqa: PLR2004
        began = time.perf_counter()
        call()
        _wait(device)
        samples.append(time.perf_counter() - began)
    return samples


def _wait(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize(device)


def _dispatch(device: str) -> dict[str, Any]:
    """Time the smallest of operations: without waiting (launch) and, on a GPU, waiting for each."""
    one = torch.zeros(1, device=device)

    def many() -> None:
        for _ in range(MANY):
            one.add_(1)

    samples = [seconds / MANY for seconds in _timed(many, device)]
    found: dict[str, Any] = {"dispatch_samples": samples, "dispatch_seconds": min(samples)}
    if device != "cpu":
        found["round_trip_seconds"] = min(_timed(lambda: one.add_(1).item(), device))
    found["operators_per_step"] = _operators()
    return found


def _operators() -> int | None:
    """Count the operators of one step of the textbook's net, with the profiler. None: it cannot say."""
    from . import nets  # noqa: PLC0415  # no circle

    net = nets.build("textbook", 10)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)
    images, labels = torch.randn(4, 3, 32, 32), torch.zeros(4, dtype=torch.long)

    def step() -> None:
        optimizer.zero_grad()
        torch.autograd.backward(nn.functional.cross_entropy(net(images), labels))
        optimizer.step()

    step()
    try:
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
            step()
        return int(sum(event.count for event in profile.key_averages() if event.key.startswith("aten::")))
    except RuntimeError:
        return None


def _transfers(device: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    size = 64 << 20
    there = torch.empty(size, dtype=torch.uint8, device=device)
    pageable = torch.randint(0, 255, (size,), dtype=torch.uint8)
    for name, here in (("pageable", pageable), ("pinned", pageable.pin_memory())):
        found["h2d_%s_bytes_per_second" % name] = size / min(_timed(lambda h=here: there.copy_(h), device))  # type: ignore[misc]
        found["d2h_%s_bytes_per_second" % name] = size / min(_timed(lambda h=here: h.copy_(there), device))  # type: ignore[misc]
    return found


def _disk() -> dict[str, Any]:
    """Write a file to the temporary folder and read it again, past the page cache where the system lets go of it."""
    content = os.urandom(1 << 20)
    try:
        with tempfile.TemporaryFile() as file:
            began = time.perf_counter()
            for _ in range(DISK_BYTES >> 20):
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
            written = time.perf_counter() - began
            dropped = hasattr(os, "posix_fadvise")
            if dropped:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            file.seek(0)
            began = time.perf_counter()
            while file.read(1 << 20):
                pass
            seconds = time.perf_counter() - began
    except OSError as error:
        return {"disk_reason": "%s cannot be written: %s" % (tempfile.gettempdir(), error.strerror)}
    return {
        "disk_write_bytes_per_second": DISK_BYTES / written,
        "disk_read_bytes_per_second": DISK_BYTES / seconds,
        "disk_read_uncached": dropped,
    }
