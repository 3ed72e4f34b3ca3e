"""What a GPU should reach by its data sheet, and which share of that was measured."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

import envdoctor.data

TABLE = Path(envdoctor.data.__file__).with_name("gpu_reference.json")
RATES = {
    "gemm_fp32_flops": ("fp32_tflops", 1e12),
    "gemm_tf32_flops": ("tf32_tflops", 1e12),
    "gemm_fp16_flops": ("fp16_tflops", 1e12),
    "gemm_bf16_flops": ("bf16_tflops", 1e12),
    "copy_bytes_per_second": ("memory_gb_s", 1e9),
}
"""Figure of the experiment `machine.ceilings` → column of the table, and the unit of that."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Dense rates of one GPU. None: not in hardware, or not known."""

    name: str
    patterns: tuple[str, ...]
    """What the driver calls it."""
    fp32_tflops: float | None
    tf32_tflops: float | None
    fp16_tflops: float | None
    """With fp32 accumulation, as PyTorch's products have it."""
    bf16_tflops: float | None
    memory_gb_s: float | None
    sources: tuple[str, ...]
    h2d_gb_s: tuple[float, float] | None = None
    """What pinned copies from the host should reach: a rule of thumb."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """All GPUs, and which share of a rate a good program reaches."""

    date: str
    about: str
    origin: tuple[str, ...]
    expected_share: dict[str, tuple[float, float]]
    gpus: tuple[Reference, ...]


@functools.cache
def table() -> Table:
    """Return the table."""
    return msgspec.json.decode(TABLE.read_bytes(), type=Table)


def reference_of(device_name: str | None) -> Reference | None:
    """Return the row of a GPU by the name that the driver gives it; None: it is not in the table."""
    wanted = _plain(device_name or "")
    named = [one for one in table().gpus if any(_plain(pattern) == wanted for pattern in one.patterns)]
    return named[0] if len(named) == 1 else None


def _plain(name: str) -> str:
    return name.strip().removeprefix("NVIDIA ").casefold()


def shares(values: Mapping[str, Any], device_name: str | None) -> dict[str, float]:
    """Return measured figures as shares of the data sheet's, for those that have one."""
    row = reference_of(device_name)
    if row is None:
        return {}
    found: dict[str, float] = {}
    for figure, (column, unit) in RATES.items():
        sheet, measured = getattr(row, column), values.get(figure)
        if sheet and isinstance(measured, int | float):
            found[figure] = measured / (sheet * unit)
    return found
