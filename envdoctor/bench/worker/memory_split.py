"""What memory is taken by, a line through what was measured, and the memory that is none of the GPU's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

POINTS = 3
"""Through the first two of the last rows a line is laid; the last one tests it."""
NOISE_BYTES = 32 << 20
"""Below it, a process's peak says little of one step."""
SLACK = 64 << 20
"""Bytes by which a driver's account may be off."""
SLOWER, FULL = 4.0, 0.95
"""Times as long for an image, with so much of the memory in use: the rest lies elsewhere."""
UNLIMITED = 1 << 60
CGROUP = Path("/sys/fs/cgroup")


def line(rows: list[dict[str, Any]], key: str, free: int) -> dict[str, Any]:
    """Predict the last row by a line through two before it, and the largest batch by a line through the last two.

    Args:
        rows: by growing batch.
        key: of the bytes that a batch needs.
        free: bytes that it may need.
    """
    if len(rows) < POINTS:
        return {}
    third, second, last = rows[-POINTS:]
    slope = (second[key] - third[key]) / (second["batch"] - third["batch"])
    predicted = second[key] + slope * (last["batch"] - second["batch"])
    slope = (last[key] - second[key]) / (last["batch"] - second["batch"])
    fixed = last[key] - slope * last["batch"]
    return {
        "bytes_per_image": slope, "fixed_bytes": fixed, "predicted_bytes": predicted, "measured_bytes": last[key],
        "prediction_error": predicted / last[key] - 1 if last[key] else None, "free_bytes": free,
        "largest_batch_predicted": int((free - fixed) / slope) if slope > 0 else None,
    }  # fmt: skip


def split(last: dict[str, Any], owned: dict[str, Any]) -> dict[str, Any]:
    """Say what the largest batch's memory was taken by; what was measured beyond what was counted is `rest_bytes`."""
    split: dict[str, Any] = {"activations_bytes": last["activation_bytes"], "input_bytes": last["input_bytes"]}
    grown = last.get("host_grown_bytes")
    if "peak_bytes" in last:
        # The allocator's peak lies above what was there before: activations, the input, what operators work in.
        grown = last["peak_bytes"] - last["base_bytes"]
        split["cache_bytes"] = last["reserved_bytes"] - last["peak_bytes"]
        split["outside_torch_bytes"] = last["used_bytes"] - last["reserved_bytes"]
        split["data_bytes"] = max(0, last["base_bytes"] - owned["parameters_bytes"] - owned["optimizer_bytes"])
    if grown is not None:
        split["step_counted_bytes"] = last["step_bytes"]
        split["step_measured_bytes"] = grown
        split["rest_bytes"] = grown - last["step_bytes"]
        split["step_counted_error"] = last["step_bytes"] / grown - 1 if grown else None
    return split


def lines_of_host(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Lay a line through what was counted, and one through what was measured where that is more than noise.

    The second one says which batch is the largest: a step takes more than it keeps for its backward pass.
    """
    free = free_memory()
    counted = line(rows, "step_bytes", free)
    if not counted or (rows[-1]["host_grown_bytes"] or 0) < NOISE_BYTES:
        return counted
    measured = line(rows, "host_grown_bytes", free)
    largest = measured.pop("largest_batch_predicted") or counted["largest_batch_predicted"]
    measured.pop("free_bytes")
    named = {"host_%s" % name: value for name, value in measured.items()}
    return {**counted, **named, "largest_batch_predicted": largest}


def between(good: int, bad: int) -> int | None:
    """Return the batch to try next, between one that fits and one that does not; None: near enough."""
    middle = (good + bad) // 2
    return middle if middle - good > good // 16 else None


def spill(rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
    """Say from which batch on memory beyond the GPU's own was handed out, and what shows it.

    Windows' driver lends main memory when the GPU's is full, instead of saying so: nothing fails, and all becomes slow.

    Args:
        rows: by growing batch; of each `reserved_bytes` (torch's), `free_before_bytes` (as the driver told before the
            step), `grew_bytes` (of what is reserved, during the step), `seconds`, `batch`, `used_bytes` (of the GPU, by
            all). One that is missing or None says nothing.
        total: bytes that the GPU has.
    """
    best = None
    for row in rows:
        reserved, free, grew = (row.get(key) for key in ("reserved_bytes", "free_before_bytes", "grew_bytes"))
        each = row["seconds"] / row["batch"] if row.get("seconds") else None
        reason = None
        if reserved is not None and reserved > total:
            reason = "torch holds %d MiB, and the GPU has %d" % (reserved >> 20, total >> 20)
        elif grew is not None and free is not None and grew > free + SLACK:
            reason = "%d MiB were given when %d were free" % (grew >> 20, free >> 20)
        elif each is not None and best is not None and each > SLOWER * best and _used(row) > FULL * total:
            reason = "an image takes %.1f times as long since the memory is full" % (each / best)
        if reason:
            return {"spilled_at_batch": row["batch"], "spill_reason": reason}
        best = each if best is None or (each is not None and each < best) else best
    return {"spilled_at_batch": None}


def _used(row: dict[str, Any]) -> int:
    return int(row.get("used_bytes") or row.get("reserved_bytes") or 0)


def no_room(error: BaseException) -> bool:
    """Say whether an error is want of memory. An illegal memory access is not."""
    text = str(error).lower()
    words = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed", "cannot allocate memory")
    return isinstance(error, MemoryError) or any(word in text for word in words)


def free_memory(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = CGROUP) -> int:
    """Return the bytes of main memory that could be had, by the system and the control group; few where nobody says."""
    known = [size for size in (_available(meminfo), _granted(cgroup)) if size is not None]
    return min(known) if known else 1 << 30


def _available(path: Path) -> int | None:
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
        return next((int(row.split()[1]) << 10 for row in lines if row.startswith("MemAvailable:")), None)
    except (OSError, ValueError, IndexError):
        return None


def _granted(root: Path) -> int | None:
    """Return what the control group still grants: beyond it the kernel kills. What only caches files does not count."""
    for limit, used, cached in (
        ("memory.max", "memory.current", "inactive_file "),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file "),
    ):
        try:
            most = int((root / limit).read_text(encoding="ascii"))
            taken = int((root / used).read_text(encoding="ascii"))
            stat = (root / limit).with_name("memory.stat").read_text(encoding="ascii").splitlines()
            files = next((int(row.split()[1]) for row in stat if row.startswith(cached)), 0)
        except (OSError, ValueError, IndexError):  # "max": no limit
            continue
        if most < UNLIMITED:
            return max(0, most - taken + files)
    return None
