"""What a GPU is known by outside this process: torch's numbers follow CUDA_VISIBLE_DEVICES, NVML's do not."""

from __future__ import annotations

import ctypes
import sys
import uuid
from typing import Any

import torch

LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


def identity(device: str) -> dict[str, Any] | None:
    """Return UUID (without "GPU-") and PCI address of a GPU, each None where nobody says; None for the CPU."""
    if device == "cpu":
        return None
    if getattr(torch.version, "hip", None):
        return {"uuid": None, "pci": None, "hip": True}
    properties = torch.cuda.get_device_properties(device)
    known = {"uuid": _uuid(properties), "pci": _pci(properties)}
    if None in known.values():
        asked = by_driver(torch.device(device).index or 0)
        known = {name: value or asked[name] for name, value in known.items()}
    return known


def _uuid(properties: Any) -> str | None:
    """Return the UUID, which torch tells since 2.4."""
    told = str(getattr(properties, "uuid", "") or "")
    return told[4:] if told.startswith(("GPU-", "MIG-")) else told or None


def _pci(properties: Any) -> str | None:
    """Write the address as NVML takes it; torch tells it since 2.8."""
    names = ("pci_domain_id", "pci_bus_id", "pci_device_id")
    if not all(hasattr(properties, name) for name in names):
        return None
    domain, bus, device = (int(getattr(properties, name)) for name in names)
    return "%08x:%02x:%02x.0" % (domain, bus, device)


def by_driver(ordinal: int, library: Any = None) -> dict[str, str | None]:
    """Ask the driver library, which counts as torch does.

    Args:
        ordinal: of the device.
        library: the loaded libcuda; None: it is loaded here, where torch has started it.
    """
    found: dict[str, str | None] = {"uuid": None, "pci": None}
    try:
        cuda = library if library is not None else ctypes.CDLL(LIBRARY)
        device, number, address = ctypes.c_int(), (ctypes.c_ubyte * 16)(), ctypes.create_string_buffer(64)
        if cuda.cuDeviceGet(ctypes.byref(device), ordinal) != 0:
            return found
        if cuda.cuDeviceGetUuid(ctypes.byref(number), device) == 0:
            found["uuid"] = str(uuid.UUID(bytes=bytes(number)))
        if cuda.cuDeviceGetPCIBusId(address, len(address), device) == 0:
            found["pci"] = address.value.decode("ascii", "replace").lower()
    except (OSError, AttributeError):
        pass
    return found
