"""The turns of several processes: one alone, all together; the same weights afterwards; the speed of an all-reduce."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

import torch
import torch.distributed as dist

from .ranks_work import Kept, Part, Work, kept

if TYPE_CHECKING:
    from pathlib import Path

Say = Callable[..., None]
WARM_UP = 3
PROBE = 4
LEAST, MOST = 4, 4000
DIGITS = 7
CHECKED_STEPS = 5
SIZES = tuple(4096 << (2 * power) for power in range(8))
"""4 KiB to 64 MiB."""
REDUCE_SECONDS = 0.4
REDUCE_LEAST, REDUCE_MOST = 3, 1000


class Place(NamedTuple):
    """Where this process stands."""

    rank: int
    local: int
    world: int
    control: Any
    """The group in which processes wait for each other without using a CPU."""


def run(plan: dict[str, Any], folder: Path, say: Say, place: Place) -> None:
    """Do all that the plan names."""
    if plan["all_reduce"]:
        say(tell={"values": {"all_reduce": [_reduced(size, plan, place) for size in SIZES]}})
        return
    data = kept(folder, plan["images"])
    device = plan["device"] if plan["device"] == "cpu" else "cuda:%d" % place.local
    works = {name: _work(plan, data, place, name, device) for name in plan["sides"]}
    try:
        say(stage="compare weights", mapped=True)
        agreement = _agreement(plan, data, place, device)
        say(stage="windows", tell={"values": agreement})
        _windows(works, plan, place, say)
    finally:
        for work in works.values():
            if work is not None:
                work.close()
    if plan["steps"]:
        say(stage="train")
        _train(plan, data, place, device, say)


def _is_together(plan: dict[str, Any], name: str) -> bool:
    return bool(plan["sides"][name].get("wrap") == "ddp")


def _work(plan: dict[str, Any], data: Kept, place: Place, name: str, device: str) -> Work | None:
    """Return this process's part of a side; None: it has none."""
    side = plan["sides"][name]
    if _is_together(plan, name):
        return Work(plan, data, Part(place.rank, place.world), side, device)
    return Work(plan, data, Part(0, 1), side, device) if place.local == 0 else None


def _agreement(plan: dict[str, Any], data: Kept, place: Place, device: str) -> dict[str, Any]:
    """Learn a few steps alone and together from the same weights and batches, and compare the weights."""
    memory = {**plan, "settings": {**plan["settings"], "data": "memory"}}
    together = next(name for name in plan["sides"] if plan["sides"][name].get("wrap"))
    alone, many = (_work(memory, data, place, name, device) for name in ("reference", together))
    for work in (alone, many):
        for _ in range(CHECKED_STEPS if work is not None else 0):
            assert work is not None  # noqa: S101  # for mypy
            work.enter()
            work.step()
        dist.barrier(group=place.control)
    found: dict[str, Any] = {}
    if many is not None and plan["sides"][together]["wrap"] == "ddp":
        mine = many.weights()
        first = mine.clone()
        dist.broadcast(first, 0, group=place.control)
        apart = (mine - first).abs().max().reshape(1)
        dist.all_reduce(apart, op=dist.ReduceOp.MAX, group=place.control)
        found["processes_differ_by"] = float(apart)
        found.update(_gradient(plan, many, place))
    if alone is not None and many is not None:
        found["weights_differ_by"] = float((alone.weights() - many.weights()).abs().max() / alone.weights().abs().max())
    return found


def _gradient(plan: dict[str, Any], work: Work, place: Place) -> dict[str, Any]:
    size = sum(p.numel() * p.element_size() for p in work.net.parameters())
    row = _reduced(size, plan, place)
    return {"gradient_bytes": size, "gradient_all_reduce_seconds": row["median_seconds"]}


def _windows(works: dict[str, Work | None], plan: dict[str, Any], place: Place, say: Say) -> None:
    steps: dict[str, int] = {}
    for name, work in works.items():
        dist.barrier(group=place.control)
        first, per_step = _begin(work)
        wanted = max(LEAST, min(MOST, int(plan["window_seconds"] / per_step))) if per_step else LEAST
        # All must make as many steps: a process that stops earlier leaves the others waiting for its gradients.
        steps[name] = _agreed(wanted, place) if _is_together(plan, name) else wanted
        if work is not None and place.local == 0:
            say(tell={"first_step": {"side": name, "seconds": first}})
    for number in range(plan["rounds"]):
        for name, work in works.items():
            dist.barrier(group=place.control)
            window = _window(work, steps[name]) if work is not None else None
            _account(window, plan, place, name, together=_is_together(plan, name))
            if window is not None and place.local == 0:
                say(tell={"window": {**window, "round": number, "side": name}})
    dist.barrier(group=place.control)


def _begin(work: Work | None) -> tuple[float, float]:
    """Return the seconds of the first step, and of one after the warm-up."""
    if work is None:
        return 0.0, 0.0
    work.enter()
    began = time.perf_counter()
    work.step()
    work.wait()
    first = time.perf_counter() - began
    for _ in range(WARM_UP):
        work.step()
    work.wait()
    began = time.perf_counter()
    for _ in range(PROBE):
        work.step()
    work.wait()
    return first, (time.perf_counter() - began) / PROBE


def _agreed(wanted: int, place: Place) -> int:
    number = torch.tensor([wanted])
    dist.broadcast(number, 0, group=place.control)
    return int(number)


def _window(work: Work, steps: int) -> dict[str, Any]:
    work.enter()
    for _ in range(work.settle):
        work.step()
    work.wait()
    cpu, began = time.process_time(), time.perf_counter()
    marks = [work.step() for _ in range(steps)]
    work.wait()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if not math.isfinite(float(work.last_loss)):
        raise ArithmeticError("the loss is no finite number")
    return {
        "steps": steps,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "step": [round(m[3] - m[0], DIGITS) for m in marks],
        "loader": [round(m[1] - m[0], DIGITS) for m in marks],
        "transfer": [round(m[2] - m[1], DIGITS) for m in marks],
        "host": [round(m[3] - m[2], DIGITS) for m in marks],
    }


def _account(window: dict[str, Any] | None, plan: dict[str, Any], place: Place, name: str, *, together: bool) -> None:
    """Put into a window what belongs to all: the wall time of the slowest, the CPU time of each."""
    if window is None:
        return
    window["images"] = window["steps"] * plan["batch"]
    if together:
        wall, cpu = (torch.tensor([window[key]]) for key in ("seconds", "cpu_seconds"))
        dist.all_reduce(wall, op=dist.ReduceOp.MAX, group=place.control)
        dist.all_reduce(cpu, group=place.control)
        window["seconds"], window["cpu_seconds"] = float(wall), float(cpu)
    window["side"] = name


def _train(plan: dict[str, Any], data: Kept, place: Place, device: str, say: Say) -> None:
    """Train alone and together for the same number of steps from the same weights, and test both."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("reference", "this"):
        work = _work(plan, data, place, name, device)
        dist.barrier(group=place.control)
        if work is None:
            continue
        work.enter()
        losses: list[torch.Tensor] = []
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(plan["steps"]):
            work.step()
            losses.append(work.last_loss)
        work.wait()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        work.close()
        if place.local:
            continue
        torch.set_num_threads(plan["sides"]["reference"]["threads"])
        found[name] = {
            "epochs": plan["epochs"], "steps": plan["steps"], "seconds": seconds, "cpu_seconds": cpu,
            "prepare_seconds": 0.0, "train_loss": [float(torch.stack(losses).mean())], **work.test(data),
        }  # fmt: skip
    dist.barrier(group=place.control)
    if found:
        alone = {"alone_%s" % key: found["reference"][key] for key in ("accuracy", "test_loss")}
        alone["alone_train_seconds"] = found["reference"]["seconds"]
        say(tell={"training": found["this"], "values": alone})


def _reduced(size: int, plan: dict[str, Any], place: Place) -> dict[str, Any]:
    """Time the sum of so many bytes over all processes; every process does it as often."""
    device = plan["device"] if plan["device"] == "cpu" else "cuda:%d" % place.local
    numbers = torch.ones(max(1, size // 4), device=device)

    def wait() -> None:
        if device != "cpu":
            torch.cuda.synchronize(device)

    def once() -> float:
        numbers.fill_(1.0)
        wait()
        began = time.perf_counter()
        dist.all_reduce(numbers)
        wait()
        return time.perf_counter() - began

    dist.barrier(group=place.control)
    once()
    probe = min(once(), once())
    times = _agreed(max(REDUCE_LEAST, min(REDUCE_MOST, int(REDUCE_SECONDS / max(probe, 1e-6)))), place)
    samples = [once() for _ in range(times)]
    if not bool((numbers == place.world).all()):
        raise ArithmeticError("an all-reduce of ones over %d processes does not give that number" % place.world)
    middle = sorted(samples)[len(samples) // 2]
    rate = 4 * numbers.numel() / middle
    return {
        "bytes": 4 * numbers.numel(), "n": times, "median_seconds": middle, "min_seconds": min(samples),
        "seconds": [round(value, DIGITS) for value in samples[:100]],
        "algorithm_bytes_per_second": rate, "bus_bytes_per_second": rate * 2 * (place.world - 1) / place.world,
    }  # fmt: skip
