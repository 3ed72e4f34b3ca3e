"""The readings of a GPU: which function of NVML fills which field of `facts.Gpu`. Anything may raise; see `nvml`.

What a driver answers with success and cannot mean (4294967295 °C) raises as well: it is no reading.
"""

from __future__ import annotations

from collections.abc import Callable

from envdoctor.probes.native import readings_more as more
from envdoctor.probes.native.plausible import GPU_IS_LOST, at_most

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMPUTE_MODES = {0: "default", 1: "exclusive_thread", 2: "prohibited", 3: "exclusive_process"}
BYTES, WATTS, CELSIUS, LINK = 1 << 50, 100_000, 300, 64
"""More than any GPU has."""


def _capability(nvml: Any, handle: Any) -> str:
    major, minor = nvml.nvmlDeviceGetCudaComputeCapability(handle)
    return f"{at_most(99, major)}.{at_most(9, minor)}"


def _pci(nvml: Any, handle: Any) -> str:
    """Write the address as /sys/bus/pci does: "0000:01:00.0"."""
    text = nvml.nvmlDeviceGetPciInfo(handle).busId
    address = (text.decode("ascii", "replace") if isinstance(text, bytes) else text).lower()
    domain, _, rest = address.partition(":")
    return f"{domain[-4:] if domain[:-4].strip('0') == '' else domain}:{rest}"


def _memory(nvml: Any, handle: Any) -> tuple[int, int]:
    """Version 2 does not count what the driver keeps for itself as used; drivers before 510 have version 1 only."""
    try:
        memory = nvml.nvmlDeviceGetMemoryInfo(handle, nvml.nvmlMemory_v2)
    except Exception as error:
        if getattr(error, "value", None) == GPU_IS_LOST:
            raise
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    return at_most(BYTES, memory.total), at_most(memory.total, memory.used)


def _compute_mode(nvml: Any, handle: Any) -> str:
    mode = nvml.nvmlDeviceGetComputeMode(handle)
    return COMPUTE_MODES.get(mode, f"mode {mode}")


def _ecc_errors(nvml: Any, handle: Any) -> int:
    """Errors since the driver was loaded, as nvidia-smi shows them."""
    count: int = nvml.nvmlDeviceGetTotalEccErrors(
        handle, nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, nvml.NVML_VOLATILE_ECC
    )
    return at_most(1 << 62, count)


Read = Callable[["Any", "Any"], "Any"]
Reading = tuple[str, tuple[str, ...], Read]


def _number(function: str, field: str, most: int, *arguments: int) -> Reading:
    """Make a reading of one number."""
    return function, (field,), lambda nvml, handle: at_most(most, getattr(nvml, function)(handle, *arguments))


def _watts(function: str, field: str) -> Reading:
    return function, (field,), lambda nvml, handle: at_most(WATTS * 1000, getattr(nvml, function)(handle)) / 1000


def _switch(function: str, field: str) -> Reading:
    return function, (field,), lambda nvml, handle: bool(at_most(1, getattr(nvml, function)(handle)))


READINGS: tuple[Reading, ...] = (
    ("nvmlDeviceGetName", ("name",), lambda n, h: n.nvmlDeviceGetName(h)),
    ("nvmlDeviceGetCudaComputeCapability", ("compute_capability",), _capability),
    ("nvmlDeviceGetMemoryInfo", ("memory_total_bytes", "memory_used_bytes"), _memory),
    ("nvmlDeviceGetPciInfo", ("pci_address",), _pci),
    ("nvmlDeviceGetUUID", ("uuid",), lambda n, h: n.nvmlDeviceGetUUID(h)),
    ("nvmlDeviceGetMigMode", ("mig",), lambda n, h: bool(n.nvmlDeviceGetMigMode(h)[0])),
    ("nvmlDeviceGetComputeMode", ("compute_mode",), _compute_mode),
    ("nvmlDeviceGetTotalEccErrors", ("ecc_uncorrected",), _ecc_errors),
    _watts("nvmlDeviceGetPowerManagementLimit", "power_limit_watts"),
    _watts("nvmlDeviceGetPowerUsage", "power_watts"),
    _number("nvmlDeviceGetTemperature", "temperature_celsius", CELSIUS, 0),
    _number("nvmlDeviceGetCurrPcieLinkGeneration", "pcie_generation", LINK),
    _number("nvmlDeviceGetMaxPcieLinkGeneration", "pcie_generation_max", LINK),
    _number("nvmlDeviceGetCurrPcieLinkWidth", "pcie_width", LINK),
    _number("nvmlDeviceGetMaxPcieLinkWidth", "pcie_width_max", LINK),
    _switch("nvmlDeviceGetDisplayActive", "display"),
    ("nvmlDeviceGetComputeRunningProcesses", ("processes",), more.compute_processes),
    ("nvmlDeviceGetRemappedRows", more.ROWS, more.remapped_rows),
    ("nvmlDeviceGetRetiredPages", ("retired_pages",), more.retired_pages),
    _switch("nvmlDeviceGetRetiredPagesPendingStatus", "retired_pages_pending"),
    ("nvmlDeviceGetCurrentClocksEventReasons", ("held_down_by",), more.held_down_by),
    _number("nvmlDeviceGetPerformanceState", "performance_state", 15),
    ("nvmlDeviceGetUtilizationRates", ("utilisation_percent",), more.utilisation),
    _number("nvmlDeviceGetClockInfo", "clock_mhz", more.MHZ, more.SM),
    _number("nvmlDeviceGetMaxClockInfo", "clock_max_mhz", more.MHZ, more.SM),
    _number("nvmlDeviceGetClockInfo", "memory_clock_mhz", more.MHZ, more.MEMORY),
    _number("nvmlDeviceGetMaxClockInfo", "memory_clock_max_mhz", more.MHZ, more.MEMORY),
    _number("nvmlDeviceGetTemperatureThreshold", "temperature_slowdown_celsius", CELSIUS, 1),
    _watts("nvmlDeviceGetPowerManagementDefaultLimit", "power_limit_default_watts"),
    _switch("nvmlDeviceGetPersistenceMode", "persistence"),
    ("nvmlDeviceGetEccMode", ("ecc", "ecc_after_restart"), more.ecc_mode),
    ("nvmlDeviceGetMigDeviceHandleByIndex", ("mig_instances",), more.mig_instances),
    ("nvmlDeviceGetGpuFabricInfo", ("fabric",), more.fabric),
    ("nvmlDeviceGetNvLinkState", ("nvlinks", "nvlinks_up"), more.nvlinks),
    ("nvmlDeviceGetArchitecture", ("architecture",), more.architecture),
    ("nvmlDeviceGetDriverModel", ("driver_model",), more.driver_model),
    _switch("nvmlDeviceGetDisplayMode", "display_attached"),
    ("nvmlDeviceGetGraphicsRunningProcesses", ("graphics_processes",), more.graphics_processes),
)
"""NVML's function, the fields of `facts.Gpu` that it fills, and how; what matters most comes first."""
