"""Readings of a GPU that take more than one call, or words for what NVML counts. Anything may raise; see `nvml`."""

from __future__ import annotations

import ctypes
import re

from envdoctor.probes.native.plausible import (
    INSUFFICIENT_SIZE,
    INVALID_ARGUMENT,
    NOT_FOUND,
    NOT_SUPPORTED,
    at_most,
    lacks_function,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SM, MEMORY, MHZ = 1, 2, 100_000
"""Domains of NVML's clocks, and more megahertz than any has."""
ROWS = ("remapped_rows", "remapped_rows_pending", "remapped_rows_failed")
REASONS = (
    # Bit of nvmlClocksEventReasons → what keeps the clocks low.
    (0x1, "idle"),
    (0x2, "clocks set"),
    (0x4, "power cap"),
    (0x8, "hardware slowdown"),
    (0x10, "sync boost"),
    (0x20, "heat (driver)"),
    (0x40, "heat (hardware)"),
    (0x80, "power brake"),
    (0x100, "display clocks"),
    (0x200, "board limit"),
    (0x400, "reliability"),
)
ARCHITECTURES = {
    2: "Kepler", 3: "Maxwell", 4: "Pascal", 5: "Volta", 6: "Turing", 7: "Ampere", 8: "Ada", 9: "Hopper",
    10: "Blackwell", 13: "Rubin",
}  # fmt: skip
DRIVER_MODELS = {0: "WDDM", 1: "TCC", 2: "MCDM"}
FABRIC = {1: "not started", 2: "in progress", 3: "completed"}
MOST_PROCESSES, KEPT_PROCESSES = 4096, 100
"""A driver that counts more has lost count; more are not told."""
MOST_ROWS, MOST_LINKS, MOST_INSTANCES = 1 << 20, 36, 16


def remapped_rows(nvml: Any, handle: Any) -> tuple[int, bool, bool]:
    """Count rows replaced for errors of both kinds; say whether a reset is due, and whether one had no spare."""
    corrected, uncorrected, pending, failed = nvml.nvmlDeviceGetRemappedRows(handle)
    return (
        at_most(MOST_ROWS, corrected) + at_most(MOST_ROWS, uncorrected),
        bool(at_most(1, pending)),
        bool(at_most(1, failed)),
    )


def retired_pages(nvml: Any, handle: Any) -> int:
    """Count pages retired for both kinds of errors. Only counted: the binding would make room for any number."""
    counts = (_count(nvml, "nvmlDeviceGetRetiredPages", handle, ctypes.c_uint(cause)) for cause in (0, 1))
    return sum(at_most(MOST_ROWS, count) for count in counts)


def _count(nvml: Any, function: str, *arguments: Any) -> int:
    """Ask a function that fills a table how long that would be."""
    count = ctypes.c_uint(0)
    code = nvml._nvmlGetFunctionPointer(function)(*arguments, ctypes.byref(count), None)  # noqa: SLF001  # see above
    if code not in (0, INSUFFICIENT_SIZE):
        raise nvml.NVMLError(code)
    return count.value


def compute_processes(nvml: Any, handle: Any) -> list[dict[str, Any]]:
    """List the processes that compute."""
    return _processes(nvml, handle, "nvmlDeviceGetComputeRunningProcesses")


def graphics_processes(nvml: Any, handle: Any) -> list[dict[str, Any]]:
    """List the processes that draw."""
    return _processes(nvml, handle, "nvmlDeviceGetGraphicsRunningProcesses")


def _processes(nvml: Any, handle: Any, function: str) -> list[dict[str, Any]]:
    try:
        found = _listed(nvml, handle, f"{function}_v3")
    except Exception as error:
        if not lacks_function(error):
            raise
        found = _listed(nvml, handle, f"{function}_v2")
    return [
        {"pid": process.pid, "memory_bytes": process.usedGpuMemory, "name": _name(nvml, process.pid)}
        for process in found[:KEPT_PROCESSES]
    ]


def _listed(nvml: Any, handle: Any, function: str) -> list[Any]:
    at_most(MOST_PROCESSES, _count(nvml, function, handle))
    found: list[Any] = getattr(nvml, function)(handle)
    return found


def _name(nvml: Any, pid: int) -> Any:
    """Return the name of a process's program: its folder and its arguments are nobody's business."""
    try:
        text = nvml.nvmlSystemGetProcessName(pid)
    except Exception as error:  # noqa: BLE001  # ended meanwhile, or another user's
        code = getattr(error, "value", None)
        return None if code in (NOT_SUPPORTED, NOT_FOUND) else {"unknown": f"NVML error {code}"}
    program = re.split(r"\s+-", text, maxsplit=1)[0]
    return re.split(r"[/\\]", program.rstrip("/\\"))[-1].strip()[:60] or None


def held_down_by(nvml: Any, handle: Any) -> list[str]:
    """Say what keeps the clocks low, in words; drivers before 535 call it throttle reasons."""
    try:
        bits = nvml.nvmlDeviceGetCurrentClocksEventReasons(handle)
    except Exception as error:
        if not lacks_function(error):
            raise
        bits = nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle)
    at_most((1 << 32) - 1, bits)
    named = sum(bit for bit, _ in REASONS)
    return [word for bit, word in REASONS if bits & bit] + ([f"reason {bits & ~named:#x}"] if bits & ~named else [])


def utilisation(nvml: Any, handle: Any) -> int:
    """Return the share of time in which a kernel ran, in percent."""
    return at_most(100, nvml.nvmlDeviceGetUtilizationRates(handle).gpu)


def ecc_mode(nvml: Any, handle: Any) -> tuple[bool, bool]:
    """Say whether error correction is on now, and after a restart."""
    now, later = nvml.nvmlDeviceGetEccMode(handle)
    return bool(now), bool(later)


def mig_instances(nvml: Any, handle: Any) -> int | None:
    """Count the instances that can compute; None while MIG is off."""
    if not nvml.nvmlDeviceGetMigMode(handle)[0]:
        return None
    most = at_most(MOST_INSTANCES, nvml.nvmlDeviceGetMaxMigDeviceCount(handle))
    return sum(_is_instance(nvml, handle, index) for index in range(most))


def _is_instance(nvml: Any, handle: Any, index: int) -> bool:
    try:
        nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, index)
    except Exception as error:
        if getattr(error, "value", None) != NOT_FOUND:
            raise
        return False
    return True


def fabric(nvml: Any, handle: Any) -> str | None:
    """Say how far the fabric manager came with this GPU; None: it needs none."""
    try:
        info = nvml.c_nvmlGpuFabricInfo_v2_t()
        nvml.nvmlDeviceGetGpuFabricInfoV(handle, ctypes.byref(info))
    except Exception as error:
        if not lacks_function(error):
            raise
        info = nvml.c_nvmlGpuFabricInfo_t()
        nvml.nvmlDeviceGetGpuFabricInfo(handle, ctypes.byref(info))
    state = at_most(3, info.state)
    return "failed" if state == max(FABRIC) and info.status != 0 else FABRIC.get(state)


def nvlinks(nvml: Any, handle: Any) -> tuple[int, int] | tuple[None, None]:
    """Count the NVLinks that there are, and those that are up."""
    up: list[bool] = []
    while len(up) < MOST_LINKS and (state := _link(nvml, handle, len(up))) is not None:
        up.append(state)
    return (len(up), sum(up)) if up else (None, None)


def _link(nvml: Any, handle: Any, number: int) -> bool | None:
    """Say whether a link is up; None: behind the last one."""
    try:
        return bool(nvml.nvmlDeviceGetNvLinkState(handle, number))
    except Exception as error:
        if getattr(error, "value", None) not in (INVALID_ARGUMENT, NOT_SUPPORTED):
            raise
        return None


def architecture(nvml: Any, handle: Any) -> str | None:
    """Name the generation; None: one that has no name here yet."""
    return ARCHITECTURES.get(nvml.nvmlDeviceGetArchitecture(handle))


def driver_model(nvml: Any, handle: Any) -> str:
    """Name the driver model of Windows; elsewhere NVML says "not supported"."""
    ask = getattr(nvml, "nvmlDeviceGetDriverModel_v1", None) or nvml.nvmlDeviceGetDriverModel
    model = ask(handle)[0]
    return DRIVER_MODELS.get(model, f"model {model}")
