"""What is looked at once in a while: the net, the memory, the other processes. Not while a step is timed."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch

MOST_NODES = 50_000
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def resident_bytes() -> int | None:
    """Return the main memory that this process holds."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE
    return None


def net(optimizer: Any) -> dict[str, Any]:
    """Return what the net and the live tensors are like: layers of batch norm in training, tensors, graphs.

    What the optimizer keeps is left out: the history of L-BFGS grows by design, and ends.
    """
    tensors = graphs = norms = 0
    parallel = ""
    roots = []  # type: list[Any]
    # Hundreds of thousands of objects: each type is asked once, and no object that is none of these is touched.
    everything = gc.get_objects()
    wanted = {kind: what for kind in set(map(type, everything)) for what in (_kind(kind),) if what}
    for one in everything:
        what = wanted.get(type(one))
        if what == "tensor":
            tensors += 1
            if one.grad_fn is not None:
                graphs += 1
                roots.append(one.grad_fn)
        elif what == "norm":
            norms += one.training
        elif what is not None:
            parallel = what
    nodes = _nodes(roots)
    tensors -= _kept(getattr(optimizer, "state", {}))
    return {"tensors": tensors, "graphs": graphs, "nodes": nodes, "batch_norms": norms, "parallel": parallel}


def _kept(state: Any) -> int:
    """Return how many tensors an optimizer's state holds, directly and in lists."""
    if isinstance(state, torch.Tensor):
        return 1
    if isinstance(state, dict):
        return sum(map(_kept, list(state.values())))
    return sum(map(_kept, state)) if isinstance(state, (list, tuple)) else 0


def _kind(kind: type) -> str:
    """Return what objects of a type are to us; "": nothing."""
    if issubclass(kind, torch.Tensor):
        return "tensor"
    if issubclass(kind, torch.nn.modules.batchnorm._BatchNorm):  # noqa: SLF001  # what all of them share
        return "norm"
    if issubclass(kind, torch.nn.parallel.DistributedDataParallel):
        return "ddp"
    return "dp" if issubclass(kind, torch.nn.DataParallel) else ""


def _nodes(roots: list[Any]) -> int:
    """Return how many operators the graphs behind these tensors hold; at most `MOST_NODES` are counted."""
    seen, waiting = set(roots), list(roots)
    while waiting and len(seen) < MOST_NODES:
        for node, _ in waiting.pop().next_functions:
            if node is not None and node not in seen:
                seen.add(node)
                waiting.append(node)
    return len(seen)


def cpu_seconds(loaders: set[int]) -> dict[str, float] | None:
    """Return the CPU time used so far: by this process and those that load for it, by its other children, by all.

    Args:
        loaders: ids of the processes that load for it.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        row = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
        ticks = os.sysconf("SC_CLK_TCK")
        busy = sum(map(int, row[1:4])) + sum(map(int, row[6:8]))
        loading, other = _children(loaders)
        own = time.process_time() + loading + sum(os.times()[2:4])
        return {"own": own, "children": other, "all": busy / ticks, "wall": time.perf_counter(), "waited": _waited()}
    return None


def _waited() -> float:
    """Return the time that threads of this process stood ready and had no CPU; 0.0 where nobody counts it."""
    total = 0.0
    with contextlib.suppress(OSError):
        for task in Path("/proc/self/task").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                total += int((task / "schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    return total


def _children(loaders: set[int]) -> tuple[float, float]:
    """Return the CPU time of living child processes: of those that load, and of the others."""
    ticks, loading, other = os.sysconf("SC_CLK_TCK"), 0.0, 0.0
    with contextlib.suppress(OSError):
        for task in Path("/proc/self/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    fields = Path("/proc/%s/stat" % child).read_text(encoding="utf-8", errors="replace")
                    numbers = fields.rpartition(")")[2].split()
                    seconds = (int(numbers[11]) + int(numbers[12])) / ticks
                    loading, other = (loading + seconds, other) if int(child) in loaders else (loading, other + seconds)
    return loading, other


def exchange_seconds() -> float | None:
    """Return the time in which DistributedDataParallel exchanges the gradients of a step, by its own account."""
    kind = torch.nn.parallel.DistributedDataParallel
    with contextlib.suppress(Exception):
        # PyTorch keeps it for the first ten steps and every hundredth: nothing is switched on for it.
        for one in gc.get_objects():
            if type(one) is kind:
                kept = one._get_ddp_logging_data()  # type: ignore[no-untyped-call]  # noqa: SLF001  # there is no other way to it
                times = [float(kept[name]) / 1e9 for name in ("avg_backward_comm_time", "backward_comm_time")]
                # In the first steps processes wait until all are there.
                return min(times)
    return None


def half_instructions() -> bool | None:
    """Say whether the CPU computes with 16 bits by itself; None: nobody says so."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, flags = line.partition(":")
            if name.strip() in ("flags", "Features"):
                return bool({"avx512_bf16", "amx_bf16", "avx512_fp16", "bf16"} & set(flags.split()))
    return None


def compiled() -> dict[str, int]:
    """Return how often torch.compile made code, and how often it had to do so anew."""
    module = sys.modules.get("torch._dynamo.utils")
    counters = getattr(module, "counters", {})
    stats = counters.get("stats", {}) if counters else {}
    frames = counters.get("frames", {}) if counters else {}
    return {"graphs": int(stats.get("unique_graphs", 0)), "frames": int(frames.get("ok", 0))}


def loader_of(loader: Any) -> dict[str, Any] | None:
    """Describe a DataLoader."""
    if loader is None:
        return None
    context = getattr(loader, "multiprocessing_context", None)
    length = None
    with contextlib.suppress(Exception):
        length = len(loader.dataset)
    return {
        "workers": getattr(loader, "num_workers", None),
        "batch": getattr(loader, "batch_size", None),
        "pin_memory": bool(getattr(loader, "pin_memory", False)),
        "persistent": bool(getattr(loader, "persistent_workers", False)),
        "context": getattr(context, "_name", None) or ("spawn" if sys.platform in ("win32", "darwin") else "default"),
        "samples": length,
        "drop_last": bool(getattr(loader, "drop_last", False)),
    }


def optimizer_of(optimizer: Any) -> dict[str, Any] | None:
    """Describe an optimizer and what it moves."""
    if optimizer is None:
        return None
    parameters = [one for group in optimizer.param_groups for one in group["params"]]
    first = optimizer.param_groups[0]
    numbers = {name: float(first[name]) for name in ("lr", "momentum", "weight_decay") if _is_number(first.get(name))}
    return {
        "name": type(optimizer).__name__,
        "parameters": sum(one.numel() for one in parameters),
        "tensors": len(parameters),
        "dtype": str(parameters[0].dtype).replace("torch.", "") if parameters else "",
        "device": str(parameters[0].device) if parameters else "cpu",
        **numbers,
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def loader_alone(loader: Any, seconds: float = 3.0) -> float | None:
    """Return the seconds that a loader takes for a batch when nobody else works, the first batches apart."""
    if loader is None:
        return None
    skip = 1 + (getattr(loader, "num_workers", 0) or 0) * (getattr(loader, "prefetch_factor", None) or 0)
    times = []  # type: list[float]
    began = before = time.perf_counter()
    try:
        for _ in loader:
            ended = time.perf_counter()
            times.append(ended - before)
            before = ended
            if ended - began > seconds:
                break
    except Exception:  # noqa: BLE001  # a loader may serve once only
        return None
    kept = times[min(skip, len(times) // 2) :]
    return sum(kept) / len(kept) if kept else None


def loader_inline(loader: Any, seconds: float = 2.0, most: int = 30) -> float | None:
    """Return the seconds that a batch takes when this process reads it and puts it together itself."""
    times = []  # type: list[float]
    began = before = time.perf_counter()
    try:
        for indices in loader.batch_sampler:
            loader.collate_fn([loader.dataset[index] for index in indices])
            ended = time.perf_counter()
            times.append(ended - before)
            before = ended
            if ended - began > seconds or len(times) >= most:
                break
    except Exception:  # noqa: BLE001  # a dataset that is a stream, or has a way of its own
        return None
    kept = sorted(times[min(1, len(times) - 1) :])
    return kept[len(kept) // 2] if kept else None
