# ruff: noqa: PTH100  # pathlib and typing cost start time, at every check
"""Asks libcuda what a CUDA program would meet: which file is loaded, what cuInit says, which devices there are.

Usage: libcuda.py DESCRIPTOR OPTIONS, in envdoctor's own Python with -I -S. Nothing but ctypes.

Options:
    nodes: device files to try if cuInit fails (a container's control group refuses open(), which
        permissions do not show).
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from envdoctor.probes.native.teller import Say

NAMES = {
    0: "CUDA_SUCCESS",
    1: "CUDA_ERROR_INVALID_VALUE",
    2: "CUDA_ERROR_OUT_OF_MEMORY",
    3: "CUDA_ERROR_NOT_INITIALIZED",
    34: "CUDA_ERROR_STUB_LIBRARY",
    35: "CUDA_ERROR_INSUFFICIENT_DRIVER",
    36: "CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER",
    46: "CUDA_ERROR_DEVICE_UNAVAILABLE",
    100: "CUDA_ERROR_NO_DEVICE",
    101: "CUDA_ERROR_INVALID_DEVICE",
    304: "CUDA_ERROR_OPERATING_SYSTEM",
    801: "CUDA_ERROR_NOT_SUPPORTED",
    802: "CUDA_ERROR_SYSTEM_NOT_READY",
    803: "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
    804: "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
    999: "CUDA_ERROR_UNKNOWN",
}
"""For libraries that cannot name their own codes (stubs, drivers before CUDA 6). Source: cuda.h of CUDA 13.0."""
MOST_GPUS = 256
"""A library that counts more has lost count."""
MAJOR, MINOR = 75, 76
"""CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_…"""


def main() -> None:
    """Ask; see the module."""
    # The folder above the package envdoctor. Last, so that nothing in it can stand in for the standard library.
    sys.path.append(os.path.abspath(f"{__file__}/../../../.."))
    from envdoctor.probes.native.teller import leave_no_core, load, path_of, voice  # noqa: PLC0415  # see above

    say, options = voice(sys.argv[1]), json.loads(sys.argv[2])
    leave_no_core()
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    say(stage=f"load {name}")
    library, error = load(name)
    say(path=library and path_of(library, name.partition(".")[0] + "."), error=error)
    if library is not None:
        _version(say, library)
        if _initialised(say, library):
            _devices(say, library)
        else:
            say(stage="open device nodes")
            say(denied=[node for node in options["nodes"] if _is_denied(node)])
    say(stage="end", done=True)
    # No atexit handlers: a driver that hangs while a process ends must not count as a hang.
    os._exit(0)


def _version(say: Say, library: Any) -> None:
    from envdoctor.probes.native.teller import number_to_version  # noqa: PLC0415  # see main

    say(stage="cuDriverGetVersion")
    number = ctypes.c_int()
    code = _call(library, "cuDriverGetVersion", ctypes.byref(number))
    try:
        say(cuda=number_to_version(number.value) if code == 0 else _failed(library, code))
    except ValueError as error:
        say(cuda={"unknown": str(error)})


def _initialised(say: Say, library: Any) -> bool:
    say(stage="cuInit")
    code = _call(library, "cuInit", ctypes.c_uint(0))
    if code is None:
        say(problem="the library has no function cuInit")
        return False
    say(init=code)
    say(stage="cuGetErrorName")
    say(init_name=_error_name(library, code))
    return code == 0


def _devices(say: Say, library: Any) -> None:
    say(stage="cuDeviceGetCount")
    count = ctypes.c_int()
    code = _call(library, "cuDeviceGetCount", ctypes.byref(count))
    say(count=count.value if code == 0 else _failed(library, code))
    for index in range(count.value if code == 0 and count.value <= MOST_GPUS else 0):
        say(stage=f"device {index}")
        device = ctypes.c_int()
        code = _call(library, "cuDeviceGet", ctypes.byref(device), ctypes.c_int(index))
        if code != 0:
            say(**{f"gpu.{index}.problem": _failed(library, code)["unknown"]})
            continue
        say(**{f"gpu.{index}.{field}": value for field, value in _device(library, device).items()})


def _device(library: Any, device: ctypes.c_int) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    text = ctypes.create_string_buffer(256)
    for field, function in (("name", "cuDeviceGetName"), ("pci_address", "cuDeviceGetPCIBusId")):
        arguments = (text, ctypes.c_int(len(text)), device)
        code = _call(library, function, *arguments)
        facts[field] = text.value.decode("utf-8", "replace") if code == 0 else _failed(library, code)
    if isinstance(facts["pci_address"], str):
        facts["pci_address"] = facts["pci_address"].lower()
    total = ctypes.c_size_t()
    code = _call(library, "cuDeviceTotalMem_v2", ctypes.byref(total), device)
    facts["memory_total_bytes"] = total.value if code == 0 else _failed(library, code)
    facts["compute_capability"] = _capability(library, device)
    return facts


def _capability(library: Any, device: ctypes.c_int) -> Any:
    parts: list[str] = []
    for attribute in (MAJOR, MINOR):
        part = ctypes.c_int()
        code = _call(library, "cuDeviceGetAttribute", ctypes.byref(part), ctypes.c_int(attribute), device)
        if code != 0:
            return _failed(library, code)
        parts.append(str(part.value))
    return ".".join(parts)


def _call(library: Any, function: str, *arguments: Any) -> int | None:
    """Return the code of a call; None: this library has no such function."""
    try:
        pointer = getattr(library, function)
    except AttributeError:
        return None
    code: int = pointer(*arguments)
    return code


def _failed(library: Any, code: int | None) -> dict[str, str]:
    return {"unknown": "the library has no such function" if code is None else _error_name(library, code)}


def _error_name(library: Any, code: int) -> str:
    name = ctypes.c_char_p()
    if _call(library, "cuGetErrorName", ctypes.c_int(code), ctypes.byref(name)) == 0 and name.value:
        return name.value.decode("ascii", "replace")
    return NAMES.get(code, f"error {code}")


def _is_denied(node: str) -> bool:
    try:
        os.close(os.open(node, os.O_RDWR | getattr(os, "O_NONBLOCK", 0)))
    except OSError as error:
        return error.errno in (errno.EACCES, errno.EPERM)
    return False


if __name__ == "__main__":
    main()
