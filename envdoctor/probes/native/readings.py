"""The readings of a GPU: which function of NVML fills which field of `facts.Gpu`. Anything may raise; see `nvml`."""

from __future__ import annotations

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMPUTE_MODES = {0: "default", 1: "exclusive_thread", 2: "prohibited", 3: "exclusive_process"}
FUNCTION_NOT_FOUND, GPU_IS_LOST = 13, 15


def _capability(nvml: Any, handle: Any) -> str:
    major, minor = nvml.nvmlDeviceGetCudaComputeCapability(handle)
    return f"{major}.{minor}"


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
    return memory.total, memory.used


def _compute_mode(nvml: Any, handle: Any) -> str:
    mode = nvml.nvmlDeviceGetComputeMode(handle)
    return COMPUTE_MODES.get(mode, f"mode {mode}")


def _ecc(nvml: Any, handle: Any) -> int:
    """Errors since the driver was loaded, as nvidia-smi shows them."""
    count: int = nvml.nvmlDeviceGetTotalEccErrors(
        handle, nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, nvml.NVML_VOLATILE_ECC
    )
    return count


def _processes(nvml: Any, handle: Any) -> list[dict[str, Any]]:
    try:
        found = nvml.nvmlDeviceGetComputeRunningProcesses_v3(handle)
    except Exception as error:
        if getattr(error, "value", None) != FUNCTION_NOT_FOUND:
            raise
        found = nvml.nvmlDeviceGetComputeRunningProcesses_v2(handle)
    return [{"pid": process.pid, "memory_bytes": process.usedGpuMemory} for process in found]


READINGS: tuple[tuple[str, tuple[str, ...], Callable[[Any, Any], Any]], ...] = (
    ("nvmlDeviceGetName", ("name",), lambda n, h: n.nvmlDeviceGetName(h)),
    ("nvmlDeviceGetCudaComputeCapability", ("compute_capability",), _capability),
    ("nvmlDeviceGetMemoryInfo", ("memory_total_bytes", "memory_used_bytes"), _memory),
    ("nvmlDeviceGetPciInfo", ("pci_address",), _pci),
    ("nvmlDeviceGetUUID", ("uuid",), lambda n, h: n.nvmlDeviceGetUUID(h)),
    ("nvmlDeviceGetMigMode", ("mig",), lambda n, h: bool(n.nvmlDeviceGetMigMode(h)[0])),
    ("nvmlDeviceGetComputeMode", ("compute_mode",), _compute_mode),
    ("nvmlDeviceGetTotalEccErrors", ("ecc_uncorrected",), _ecc),
    (
        "nvmlDeviceGetPowerManagementLimit",
        ("power_limit_watts",),
        lambda n, h: n.nvmlDeviceGetPowerManagementLimit(h) / 1000,
    ),
    ("nvmlDeviceGetPowerUsage", ("power_watts",), lambda n, h: n.nvmlDeviceGetPowerUsage(h) / 1000),
    ("nvmlDeviceGetTemperature", ("temperature_celsius",), lambda n, h: n.nvmlDeviceGetTemperature(h, 0)),
    (
        "nvmlDeviceGetCurrPcieLinkGeneration",
        ("pcie_generation",),
        lambda n, h: n.nvmlDeviceGetCurrPcieLinkGeneration(h),
    ),
    (
        "nvmlDeviceGetMaxPcieLinkGeneration",
        ("pcie_generation_max",),
        lambda n, h: n.nvmlDeviceGetMaxPcieLinkGeneration(h),
    ),
    ("nvmlDeviceGetCurrPcieLinkWidth", ("pcie_width",), lambda n, h: n.nvmlDeviceGetCurrPcieLinkWidth(h)),
    ("nvmlDeviceGetMaxPcieLinkWidth", ("pcie_width_max",), lambda n, h: n.nvmlDeviceGetMaxPcieLinkWidth(h)),
    ("nvmlDeviceGetDisplayActive", ("display",), lambda n, h: bool(n.nvmlDeviceGetDisplayActive(h))),
    ("nvmlDeviceGetComputeRunningProcesses", ("processes",), _processes),
)
"""NVML's function, the fields of `facts.Gpu` that it fills, and how; what matters most comes first."""
