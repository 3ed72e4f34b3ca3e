"""The results as CSV, one experiment a line. Columns keep their names and order; new ones come at the end."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Callable
from typing import Any

from envdoctor.bench.result import Result, Series


def _level(name: str, statistic: str) -> Callable[[Result], Any]:
    """Return what takes a statistic of a sampled reading out of a result."""

    def value(result: Result) -> Any:
        level = result.usage.level(name) if result.usage else None
        return getattr(level, statistic) if level else None

    return value


def _spread(result: Result) -> float | None:
    """Return the distance between the fastest and the slowest round, over their median."""
    speeds = [w.images / w.seconds for w in result.windows if w.side in {"this", "both"} and w.seconds > 0]
    return (max(speeds) - min(speeds)) / statistics.median(speeds) if len(speeds) > 1 else None


def _classes(result: Result, which: Callable[..., Any]) -> Any:
    found = result.training.class_accuracy if result.training else {}
    return which(found.values()) if found else None


def _validation(result: Result, name: str) -> Any:
    """Return the last of what was measured on images held back from the training; None where none were."""
    value = getattr(result.training, name, None)
    return value[-1] if isinstance(value, tuple | list) and value else value or None


def _joules(result: Result) -> float | None:
    each = result.usage.energy_joules_per_image if result.usage else None
    return each * result.data.train if each is not None and result.data else None


def _reasons(result: Result) -> str | None:
    """Write "power cap 0.67; idle 0.1"; a GPU that nothing held down is "none"."""
    if result.usage is None or not result.usage.level("clock_mhz"):
        return None
    return "; ".join(f"{word} {share:g}" for word, share in result.usage.held_down_by.items()) or "none"


COLUMNS: dict[str, tuple[str, Callable[[Result], Any]]] = {
    "experiment": ("name in the list of experiments", lambda r: r.name),
    "device": ("cpu, cuda:0, …", lambda r: r.device),
    "device_name": ("as torch calls it", lambda r: r.device_name),
    "result": ("DONE, FAILED, SKIPPED", lambda r: r.verdict),
    "reason": ("why it is not DONE", lambda r: r.reason),
    "changes": ("what differs from the reference", lambda r: r.changes),
    "synthetic": ("1: accuracies compare with nothing else", lambda r: int(r.data.synthetic) if r.data else None),
    "batch": ("images per step", lambda r: r.batch),
    "threads": ("of the arithmetic", lambda r: r.threads),
    "images_per_second": ("median of the rounds", lambda r: r.images_per_second),
    "seconds_per_epoch": ("projected from images per second", lambda r: r.seconds_per_epoch),
    "step_mean_seconds": ("mean", lambda r: r.statistics.mean if r.statistics else None),
    "step_median_seconds": ("median", lambda r: r.statistics.median if r.statistics else None),
    "step_p95_seconds": ("95th percentile", lambda r: r.statistics.p95 if r.statistics else None),
    "steps": ("number of steps measured", lambda r: r.statistics.n if r.statistics else None),
    "first_step_seconds": ("not in the figures before", lambda r: getattr(r.side(), "first_step_seconds", None)),
    "cpu_seconds_per_image": ("without loader processes", lambda r: getattr(r.side(), "cpu_seconds_per_image", None)),
    "ratio_median": ("times as fast as the reference", lambda r: r.comparison.median if r.comparison else None),
    "ratio_low": ("slowest round", lambda r: r.comparison.low if r.comparison else None),
    "ratio_high": ("fastest round", lambda r: r.comparison.high if r.comparison else None),
    "verdict": ("gain, loss, noise, unstable", lambda r: r.comparison.verdict if r.comparison else None),
    "epochs": ("trained for the accuracy", lambda r: r.training.epochs if r.training else None),
    "train_seconds": ("wall time of that", lambda r: r.training.seconds if r.training else None),
    "train_cpu_seconds": ("CPU time of that", lambda r: r.training.cpu_seconds if r.training else None),
    "train_loss": ("last epoch, over batches", lambda r: r.training.train_loss[-1] if r.training else None),
    "test_loss": ("over images", lambda r: r.training.test_loss if r.training else None),
    "accuracy": ("0 to 1, of all test images", lambda r: r.accuracy),
    "host_peak_bytes": ("resident memory of the worker", lambda r: r.memory.host_bytes if r.memory else None),
    "device_peak_bytes": ("torch's tensors on the GPU", lambda r: r.memory.device_bytes if r.memory else None),
    "cpu_share_before": ("share of one CPU that a busy loop got", lambda r: r.before.cpu_share),
    "cpu_share_after": ("the same afterwards", lambda r: r.after.cpu_share),
    "load_before": ("runnable processes", lambda r: r.before.load),
    "load_after": ("the same afterwards", lambda r: r.after.load),
    "round_spread": ("fastest less slowest round, over their median", _spread),
    "validation_loss": ("of images held back from training, over images", lambda r: _validation(r, "validation_loss")),
    "validation_accuracy": ("0 to 1, of the same", lambda r: _validation(r, "validation_accuracy")),
    "class_accuracy_min": ("0 to 1, of the class named worst", lambda r: _classes(r, min)),
    "class_accuracy_max": ("0 to 1, of the class named best", lambda r: _classes(r, max)),
    "cpu_percent_mean": ("of all CPUs of the machine", _level("cpu_percent", "mean")),
    "cpu_percent_median": ("median", _level("cpu_percent", "median")),
    "cpu_percent_p95": ("95th percentile", _level("cpu_percent", "p95")),
    "cpu_percent_max": ("most", _level("cpu_percent", "maximum")),
    "cpu_core_percent_max": ("of the busiest CPU, most", _level("cpu_core_percent", "maximum")),
    "worker_cpus_mean": ("CPUs' worth of time, loader processes included", _level("worker_cpus", "mean")),
    "worker_cpus_max": ("most", _level("worker_cpus", "maximum")),
    "host_memory_used_bytes_max": ("of the whole machine", _level("memory_used_bytes", "maximum")),
    "gpu_utilisation_mean": ("percent of time in which a kernel ran", _level("gpu_percent", "mean")),
    "gpu_utilisation_median": ("median", _level("gpu_percent", "median")),
    "gpu_utilisation_p95": ("95th percentile", _level("gpu_percent", "p95")),
    "gpu_utilisation_max": ("most", _level("gpu_percent", "maximum")),
    "gpu_memory_utilisation_mean": ("percent of time in which memory worked", _level("gpu_memory_percent", "mean")),
    "gpu_memory_utilisation_max": ("most", _level("gpu_memory_percent", "maximum")),
    "gpu_memory_used_bytes_max": ("by all processes, as NVML says", _level("gpu_memory_used_bytes", "maximum")),
    "power_watts_mean": ("of the GPU", _level("power_watts", "mean")),
    "power_watts_p95": ("95th percentile", _level("power_watts", "p95")),
    "power_watts_max": ("most", _level("power_watts", "maximum")),
    "energy_joules_per_epoch": ("of the GPU, projected from the windows", _joules),
    "temperature_celsius_mean": ("of the GPU", _level("temperature_celsius", "mean")),
    "temperature_celsius_max": ("most", _level("temperature_celsius", "maximum")),
    "clock_mhz_mean": ("of the GPU's multiprocessors", _level("clock_mhz", "mean")),
    "clock_mhz_min": ("least", _level("clock_mhz", "minimum")),
    "throttle_reasons": ("what held the clocks low, share of samples", _reasons),
    "samples": ("looks at the host during the experiment", lambda r: r.usage.samples if r.usage else None),
    "samples_of": ("windows or experiment: what the sampled figures cover", lambda r: getattr(r.usage, "covers", None)),
    "why": ("one sentence: why it came out as it did", lambda r: r.why or None),
}
"""Column → what it holds, and where it comes from. Empty: not measured. Ratios are plain numbers, times seconds."""


def render(series: Series) -> str:
    """Return the table as CSV (RFC 4180, with line feeds)."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in series.measurements:
        writer.writerow([_cell(value(result)) for _, value in COLUMNS.values()])
    return page.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in tuple("=+-@\t\r"):
        return f"'{value}"  # a spreadsheet would run it
    return f"{value:.6g}" if isinstance(value, float) else value
