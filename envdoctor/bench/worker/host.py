"""The state of the machine, and how many threads are right on it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import torch

from . import machine

LOOP_SECONDS = 0.2
PROBE_SECONDS = 0.25
WORTH = 1.05
"""More threads must be so many times as fast, by the mean, or one is taken."""
CGROUP = Path("/sys/fs/cgroup")


def state() -> dict[str, Any]:
    """Return what a time depends on. What nobody tells is None."""
    return {
        "load": machine.load(),
        "cpu_share": cpu_share(),
        "cpus": machine.cpus(),
        "quota_cpus": quota(),
        "throttled": _throttled(),
        "cpu_mhz": _first_number(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq"), 1e-3),
        "temperature_c": _first_number(Path("/sys/class/thermal/thermal_zone0/temp"), 1e-3),
    }


def cpu_share() -> float:
    """Return the share of one CPU that a busy loop gets."""
    began, cpu = time.perf_counter(), time.process_time()
    until = began + LOOP_SECONDS
    while time.perf_counter() < until:
        pass
    return round((time.process_time() - cpu) / (time.perf_counter() - began), 3)


def quota(root: Path = CGROUP) -> float | None:
    """Return the CPUs that the control group grants; None: no limit is known."""
    with contextlib.suppress(OSError, ValueError):
        limit, period = (root / "cpu.max").read_text().split()
        return None if limit == "max" else int(limit) / int(period)
    with contextlib.suppress(OSError, ValueError):
        limit_us = int((root / "cpu" / "cpu.cfs_quota_us").read_text())
        return None if limit_us <= 0 else limit_us / int((root / "cpu" / "cpu.cfs_period_us").read_text())
    return None


def _throttled(root: Path = CGROUP) -> int | None:
    for path in (root / "cpu.stat", root / "cpu" / "cpu.stat"):
        with contextlib.suppress(OSError, ValueError):
            for line in path.read_text().splitlines():
                if line.startswith("nr_throttled "):
                    return int(line.split()[1])
    return None


def _first_number(path: Path, factor: float) -> float | None:
    with contextlib.suppress(OSError, ValueError):
        return round(int(path.read_text()) * factor, 1)
    return None


def choose_threads(wanted: int | None = None) -> dict[str, Any]:
    """Say how many threads the arithmetic gets, and why: from affinity and quota, then by trying.

    The mean is compared, not the median: threads that wait for a partner without a CPU are rare and slow.
    """
    if wanted:
        return {"threads": wanted, "threads_reason": "asked for"}
    cpus, granted = machine.cpus() or 1, quota()
    most = max(1, min(cpus, int(granted) if granted else cpus, torch.get_num_threads()))
    where = "%d CPUs by affinity%s" % (cpus, ", %.3g by quota" % granted if granted else "")
    if most == 1:
        return {"threads": 1, "threads_reason": "%s, torch takes 1" % where}
    one, many = _tried(most)
    better = many * WORTH < one
    reason = "%s; a small training step takes %.3g ms in the mean with 1 thread and %.3g ms with %d" % (
        where, one * 1e3, many * 1e3, most)  # fmt: skip
    return {"threads": most if better else 1, "threads_reason": reason}


def _tried(many: int) -> tuple[float, float]:
    """Return the mean seconds of a small step with one and with many threads, tried in turns for about a second."""
    layer = torch.nn.Conv2d(16, 32, 3, padding=1)
    images = torch.randn(64, 16, 16, 16)

    def window(threads: int) -> tuple[float, int]:
        torch.set_num_threads(threads)
        began, steps = time.perf_counter(), 0
        while time.perf_counter() - began < PROBE_SECONDS:
            torch.autograd.backward(layer(images).relu().sum())
            steps += 1
        return time.perf_counter() - began, steps

    before = torch.get_num_threads()
    sums = {1: [0.0, 0], many: [0.0, 0]}
    for _ in range(2):
        for threads, total in sums.items():
            seconds, steps = window(threads)
            total[0] += seconds
            total[1] += steps
    torch.set_num_threads(before)
    return sums[1][0] / sums[1][1], sums[many][0] / sums[many][1]


def choose_precision(device: str) -> dict[str, Any]:
    """Say whether bf16 pays, by trying a small convolution forward and backward: many CPUs emulate it."""
    layer = torch.nn.Conv2d(16, 32, 3, padding=1).to(device).to(memory_format=torch.channels_last)
    images = torch.randn(32, 16, 16, 16, device=device).contiguous(memory_format=torch.channels_last)
    plain, half = (_step_seconds(layer, images, half=half) for half in (False, True))
    reason = "a small convolution takes %.3g ms in float32 and %.3g ms in bf16" % (plain * 1e3, half * 1e3)
    return {"amp": "bf16" if half * WORTH < plain else None, "amp_reason": reason}


def _step_seconds(layer: torch.nn.Module, images: torch.Tensor, *, half: bool) -> float:
    samples = []
    for _ in range(6):
        began = time.process_time() if images.device.type == "cpu" else time.perf_counter()
        with torch.autocast(images.device.type, torch.bfloat16, enabled=half):
            loss = layer(images.to(torch.bfloat16) if half else images).float().sum()
        torch.autograd.backward(loss)
        if images.device.type != "cpu":
            torch.cuda.synchronize(images.device)
        samples.append((time.process_time() if images.device.type == "cpu" else time.perf_counter()) - began)
    return min(samples[1:])
