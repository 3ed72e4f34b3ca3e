"""What the machine can do at best, each measured for about a third of a second on random numbers."""

from __future__ import annotations

import ctypes
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
PEER_BYTES = 64 << 20
AMPERE = (8, 0)
"""Compute capability from which on there is TF32."""
COLD = 0.05
"""Share of a file in the page cache below which reading it says something of the disk."""


def ceilings(device: str) -> dict[str, Any]:
    """Return rates by name, with the unit in the name; lists are raw samples."""
    found = _products(device)
    source = torch.randn(COPY_BYTES // 4, device=device)
    target = torch.empty_like(source)
    samples = _timed(lambda: target.copy_(source), device)
    found["copy_seconds"] = samples
    found["copy_bytes_per_second"] = 2 * COPY_BYTES / min(samples)
    found["read_bytes_per_second"] = COPY_BYTES / min(_timed(source.sum, device))
    found.update(_dispatch(device))
    if device != "cpu":
        found.update(_transfers(device))
        found.update(_peers(device))
    found.update(_disk())
    return found


def _products(device: str) -> dict[str, Any]:
    """Time products of square matrices: in float32 without and with TF32, and in both halves of it."""
    found: dict[str, Any] = {}
    edge = EDGE if device == "cpu" else GPU_EDGE
    kinds = (("fp32", torch.float32), ("tf32", torch.float32), ("bf16", torch.bfloat16), ("fp16", torch.float16))
    matmul = torch.backends.cuda.matmul
    before = matmul.allow_tf32
    try:
        for name, kind in kinds:
            if device == "cpu" and name in ("tf32", "fp16"):
                continue  # few CPUs compute in fp16, and none in TF32
            if name == "tf32" and torch.cuda.get_device_capability(device) < AMPERE:
                continue  # it would be float32 once more
            matmul.allow_tf32 = name == "tf32"
            a, b = (torch.randn(edge, edge, device=device).to(kind) for _ in range(2))
            samples = _timed(lambda a=a, b=b: a @ b, device)  # type: ignore[misc]
            found["gemm_%s_seconds" % name] = samples
            found["gemm_%s_flops" % name] = 2 * edge**3 / min(samples)
    finally:
        matmul.allow_tf32 = before
    return found


def _timed(call: Callable[[], Any], *devices: str) -> list[float]:
    """Return the seconds of each call until these devices have done it, the first left out.

    At least three; one where a call takes longer than all should.
    """
    samples: list[float] = []
    began = time.perf_counter()
    call()
    _wait(devices)
    until = time.perf_counter() + SECONDS
    least = 3 if until - began < 2 * SECONDS else 1
    while len(samples) < least or time.perf_counter() < until:
        began = time.perf_counter()
        call()
        _wait(devices)
        samples.append(time.perf_counter() - began)
    return samples


def _wait(devices: tuple[str, ...]) -> None:
    for device in devices:
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


def _peers(device: str) -> dict[str, Any]:
    """Copy from this GPU to each other one that torch sees, and say whether they reach each other without the host."""
    found: dict[str, Any] = {}
    here = torch.device(device).index or 0
    there = [index for index in range(torch.cuda.device_count()) if index != here]
    source = torch.randint(0, 255, (PEER_BYTES if there else 1,), dtype=torch.uint8, device=device)
    for index in there:
        other = "cuda:%d" % index
        try:
            target = torch.empty_like(source, device=other)
            found["p2p_to_%d_direct" % index] = bool(torch.cuda.can_device_access_peer(here, index))
            samples = _timed(lambda t=target: t.copy_(source), device, other)  # type: ignore[misc]
            found["p2p_to_%d_bytes_per_second" % index] = PEER_BYTES / min(samples)
        except RuntimeError as error:  # its memory is full, or another process holds it for itself
            found["p2p_to_%d_reason" % index] = " ".join(str(error).split())[:200]
    return found


def _cached_share(file: Any) -> float | None:
    """Return the share of a file that lies in the page cache; None where nobody says (only Linux and macOS do)."""
    import mmap  # noqa: PLC0415  # here alone

    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as mapped:
            pages = (len(mapped) + mmap.PAGESIZE - 1) // mmap.PAGESIZE
            present = (ctypes.c_ubyte * pages)()
            first = ctypes.c_char.from_buffer(mapped)
            address = ctypes.c_void_p(ctypes.addressof(first))
            code = ctypes.CDLL(None).mincore(address, ctypes.c_size_t(len(mapped)), present)
            del first  # or the mapping could not be closed
            return None if code else sum(flag & 1 for flag in present) / pages
    except (OSError, AttributeError, TypeError, ValueError):
        return None


def _disk() -> dict[str, Any]:
    """Write a file to the temporary folder and read it again, past the page cache where the system lets go of it.

    How much of it came out of memory after all (a RAM disk, a system that keeps it) is told.
    """
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
            cached = _cached_share(file)
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
        "disk_read_cached_share": cached,
        "disk_read_uncached": cached < COLD if cached is not None else dropped,
    }
