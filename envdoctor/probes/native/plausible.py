"""Tells answers from rubbish that a library returns with success."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INVALID_ARGUMENT, NOT_SUPPORTED, NOT_FOUND, INSUFFICIENT_SIZE = 2, 3, 6, 7
FUNCTION_NOT_FOUND, GPU_IS_LOST = 13, 15
"""NVML's codes that readings go by. Source: nvml.h of CUDA 13.0."""


def at_most(most: int, value: Any) -> int:
    """Return a number that can be meant.

    Raises:
        ValueError: it is below nothing, or above `most`.
    """
    if not 0 <= value <= most:
        raise ValueError(f"the driver says {value}, which cannot be")
    return int(value)


def lacks_function(error: Exception) -> bool:
    """Say whether NVML, or the binding, is too old or too new to have a function."""
    return isinstance(error, AttributeError) or getattr(error, "value", None) == FUNCTION_NOT_FOUND
