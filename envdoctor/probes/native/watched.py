"""What is read of a GPU again and again, while something runs on it. Anything may raise; see `nvml_watch`."""

from __future__ import annotations

from collections.abc import Callable

from envdoctor.probes.native import readings_more as more
from envdoctor.probes.native.plausible import at_most
from envdoctor.probes.native.readings import CELSIUS, WATTS, _memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

JOULES = 1e12
"""More than a GPU takes in its life: 30 years at a kilowatt."""


def _utilisation(nvml: Any, handle: Any) -> tuple[int, int]:
    """Return the shares of time in which a kernel ran, and in which memory was read or written, in percent."""
    rates = nvml.nvmlDeviceGetUtilizationRates(handle)
    return at_most(100, rates.gpu), at_most(100, rates.memory)


def _used(nvml: Any, handle: Any) -> tuple[int, int]:
    total, used = _memory(nvml, handle)
    return used, total


def _watts(nvml: Any, handle: Any) -> tuple[float]:
    return (at_most(WATTS * 1000, nvml.nvmlDeviceGetPowerUsage(handle)) / 1000,)


def _energy(nvml: Any, handle: Any) -> tuple[float]:
    """Return the joules since the driver was loaded; since Volta."""
    return (at_most(int(JOULES * 1000), nvml.nvmlDeviceGetTotalEnergyConsumption(handle)) / 1000,)


def _temperature(nvml: Any, handle: Any) -> tuple[int]:
    return (at_most(CELSIUS, nvml.nvmlDeviceGetTemperature(handle, 0)),)


def _clock(nvml: Any, handle: Any) -> tuple[int]:
    return (at_most(more.MHZ, nvml.nvmlDeviceGetClockInfo(handle, more.SM)),)


def _memory_clock(nvml: Any, handle: Any) -> tuple[int]:
    return (at_most(more.MHZ, nvml.nvmlDeviceGetClockInfo(handle, more.MEMORY)),)


def _held_down(nvml: Any, handle: Any) -> tuple[list[str]]:
    return (more.held_down_by(nvml, handle),)


Read = Callable[["Any", "Any"], "Any"]

WATCHED: tuple[tuple[str, tuple[str, ...], Read], ...] = (
    ("nvmlDeviceGetUtilizationRates", ("gpu_percent", "gpu_memory_percent"), _utilisation),
    ("nvmlDeviceGetMemoryInfo", ("gpu_memory_used_bytes", "gpu_memory_total_bytes"), _used),
    ("nvmlDeviceGetPowerUsage", ("power_watts",), _watts),
    ("nvmlDeviceGetTotalEnergyConsumption", ("energy_joules",), _energy),
    ("nvmlDeviceGetTemperature", ("temperature_celsius",), _temperature),
    ("nvmlDeviceGetClockInfo", ("clock_mhz",), _clock),
    ("nvmlDeviceGetClockInfo", ("memory_clock_mhz",), _memory_clock),
    ("nvmlDeviceGetCurrentClocksEventReasons", ("held_down_by",), _held_down),
)
"""NVML's function, the fields that it fills, and how."""
