"""The results as CSV, one experiment a line. Columns keep their names and order; new ones come at the end."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from envdoctor.bench.result import Result, Series

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
