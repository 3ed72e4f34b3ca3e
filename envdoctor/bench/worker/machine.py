"""What the examined Python and its torch say of themselves, and what the run took from the machine."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

import torch


def versions() -> dict[str, Any]:
    """Return what a figure depends on."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda,
        "hip": getattr(torch.version, "hip", None),
        "cudnn": _cudnn(),
    }


def _cudnn() -> int | None:
    cudnn: Any = torch.backends.cudnn
    number = cudnn.version() if torch.version.cuda else None
    return None if number is None else int(number)


def gpus() -> dict[str, Any]:
    """Return the GPUs that torch can use, or why there is none."""
    if not torch.cuda.is_available():
        return {"gpus": [], "no_gpu": _why_none()}
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {"gpus": names, "no_gpu": None}


def _why_none() -> str:
    if not (torch.version.cuda or getattr(torch.version, "hip", None)):
        return "this torch is a CPU build"
    try:
        cuda: Any = torch.cuda
        cuda.init()
    except Exception as error:  # noqa: BLE001  # its words are the answer
        return " ".join(str(error).split())[:300] or type(error).__name__
    return "torch sees no device"


def take(device: str) -> str | None:
    """Make a GPU the one that is worked on, and return its name; None for the CPU."""
    if device == "cpu":
        return None
    torch.cuda.set_device(device)
    return str(torch.cuda.get_device_name(device))


def forget_peak(device: str) -> None:
    """Let the device's memory peak begin here. The host's counts from the start of the process."""
    if device != "cpu":
        torch.cuda.reset_peak_memory_stats(device)


def forget_host_peak() -> None:
    """Let the process's memory peak begin here, where the system allows it (Linux: 5 clears the mark)."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:  # noqa: PTH123  # no file of ours
            file.write("5")
    except OSError:
        pass


def peak_memory(device: str) -> dict[str, int | None]:
    """Return the most memory that was in use, in bytes: of this process, and on the device by torch's tensors."""
    on_device = None if device == "cpu" else int(torch.cuda.max_memory_allocated(device))
    return {"host_bytes": _host_peak(), "device_bytes": on_device}


def _host_peak() -> int | None:
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:  # noqa: PTH123  # read once
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        import resource  # noqa: PLC0415  # POSIX alone has it
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def cpus() -> int | None:
    """Return the number of CPUs that this process may use; None where nobody says."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count()


def load() -> float | None:
    """Return the number of runnable processes, mean of the last minute; None where nobody counts them."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None
