# ruff: noqa: PTH100, PTH110, PTH118  # pathlib and typing cost start time, at every check
"""Asks NVML about the driver and each GPU, and tells every answer at once: any call may be the last.

Usage: nvml.py DESCRIPTOR OPTIONS, in envdoctor's own Python with -I -S (so that no .pth file runs).

Options:
    package: the folder that pynvml lies in, or null.
    folders: where else to look for the library if the loader does not know it.
    first: the GPU to begin with.
    seconds: how long to wait for GPUs that do not answer.
"""

from __future__ import annotations

import ctypes
import functools
import json
import os
import sys
import threading
import time
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from envdoctor.probes.native.teller import Say

NOT_SUPPORTED, FUNCTION_NOT_FOUND, GPU_IS_LOST, RESET_REQUIRED = 3, 13, 15, 16
KEPT = 300
MOST_GPUS = 256
"""A library that counts more has lost count."""


def main() -> None:
    """Ask; see the module."""
    # The folder above the package envdoctor. Last, so that nothing in it can stand in for the standard library.
    sys.path.append(os.path.abspath(f"{__file__}/../../../.."))
    from envdoctor.probes.native.teller import leave_no_core, load, path_of, voice  # noqa: PLC0415  # see above

    say, options = voice(sys.argv[1]), json.loads(sys.argv[2])
    leave_no_core()
    until = time.monotonic() + options["seconds"]
    name = _name()
    say(stage=f"load {name}")
    library, error = load(name, options["folders"])
    say(path=library and path_of(library, name.partition(".")[0]), error=error)
    if library is not None:
        _library_version(say, library)
        nvml = _binding(say, options["package"])
        if nvml is not None and _initialised(say, nvml):
            _system(say, nvml)
            _gpus(say, nvml, options["first"], until)
    say(stage="end", done=True)
    # No atexit handlers and no waiting for threads: a driver that hangs at the end must not count.
    os._exit(0)


def _name() -> str:
    if sys.platform != "win32":
        return "libnvidia-ml.so.1"
    system = os.path.join(os.environ.get("WINDIR", "C:/Windows"), "System32", "nvml.dll")
    old = os.path.join(os.environ.get("ProgramFiles", "C:/Program Files"), "NVIDIA Corporation/NVSMI/nvml.dll")  # noqa: SIM112  # so it is spelled
    return system if os.path.exists(system) or not os.path.exists(old) else old


def _library_version(say: Say, library: Any) -> None:
    """NVML's own version ("12.535.183.01") is known before nvmlInit: it tells which half of a driver is newer."""
    say(stage="nvmlSystemGetNVMLVersion")
    buffer = ctypes.create_string_buffer(80)
    try:
        code = library.nvmlSystemGetNVMLVersion(buffer, ctypes.c_uint(len(buffer)))
    except AttributeError:
        return
    if code == 0:
        say(library_version=buffer.value.decode("utf-8", "replace"))


def _binding(say: Say, folder: str | None) -> Any:
    say(stage="import pynvml")
    if folder is None:
        say(problem="nvidia-ml-py is not installed beside envdoctor")
        return None
    sys.path.append(folder)
    try:
        import pynvml  # noqa: PLC0415  # only if there is a library to ask
    except Exception as error:  # noqa: BLE001  # an answer, too
        say(problem=f"pynvml does not import: {type(error).__name__}: {error}"[:KEPT])
        return None
    return pynvml


def _initialised(say: Say, nvml: Any) -> bool:
    say(stage="nvmlInit")
    try:
        nvml.nvmlInit()
    except Exception as error:  # noqa: BLE001  # NVMLLibraryMismatchError is no NVMLError
        say(code=getattr(error, "value", None), message=_words(error))
        return False
    say(code=0)
    return True


def _system(say: Say, nvml: Any) -> None:
    from envdoctor.probes.native.teller import number_to_version  # noqa: PLC0415  # see main

    say(stage="nvmlSystemGetDriverVersion")
    say(driver=_answer(nvml.nvmlSystemGetDriverVersion))
    say(stage="nvmlSystemGetCudaDriverVersion")
    say(cuda=_answer(lambda: number_to_version(nvml.nvmlSystemGetCudaDriverVersion())))
    say(stage="nvmlDeviceGetCount")
    say(count=_answer(nvml.nvmlDeviceGetCount))


def _gpus(say: Say, nvml: Any, first: int, until: float) -> None:
    """Ask one GPU after the other. One that does not answer is left behind in its thread."""
    count = _answer(nvml.nvmlDeviceGetCount)
    if not isinstance(count, int) or count > MOST_GPUS:
        return
    asked: dict[int, threading.Thread] = {}
    for index in range(first, count):
        asked[index] = threading.Thread(target=_gpu, args=(say, nvml, index), daemon=True)
        asked[index].start()
        # A slow one (asleep without persistence mode) leaves the others their share of the time, and may go on.
        asked[index].join(max(0.0, until - time.monotonic()) / (count - index + 1))
    for index, thread in asked.items():
        thread.join(max(0.0, until - time.monotonic()))
        if thread.is_alive():
            say(**{f"gpu.{index}.hangs": True})
    if any(thread.is_alive() for thread in asked.values()):
        return  # whoever waits for one GPU may hold the driver's lock
    told: list[int] = []
    pairs = threading.Thread(target=_peers, args=(say, nvml, count, told), daemon=True)
    pairs.start()
    pairs.join(max(0.0, until - time.monotonic()))
    for index in range(len(told), count):
        say(**{f"gpu.{index}.peers": {"unknown": "no answer"}})


def _peers(say: Say, nvml: Any, count: int, told: list[int]) -> None:
    from envdoctor.probes.native.peers import MOST, peers_of  # noqa: PLC0415  # see main

    for index in range(count):
        say(stage=f"peers of GPU {index}")
        peers: Any = {"unknown": f"of more than {MOST} GPUs the pairs are not asked"}
        if count <= MOST:
            peers = _answer(functools.partial(peers_of, nvml, index, count, _failed))
        say(**{f"gpu.{index}.peers": peers})
        told.append(index)


def _gpu(say: Say, nvml: Any, index: int) -> None:
    from envdoctor.probes.native.readings import READINGS  # noqa: PLC0415  # see main

    say(stage=f"GPU {index}: nvmlDeviceGetHandleByIndex", **{f"gpu.{index}.at": "nvmlDeviceGetHandleByIndex"})
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
    except Exception as error:  # noqa: BLE001  # this GPU's answer; the others go on
        say(**{f"gpu.{index}.problem": _words(error)})
        return
    for function, fields, read in READINGS:
        say(stage=f"GPU {index}: {function}", **{f"gpu.{index}.at": function})
        problem, values = _reading(nvml, handle, fields, read)
        if problem:
            say(**{f"gpu.{index}.problem": problem})
        say(**{f"gpu.{index}.{field}": value for field, value in values.items()})
    say(**{f"gpu.{index}.at": None})


def _reading(
    nvml: Any, handle: Any, fields: tuple[str, ...], read: Callable[[Any, Any], Any]
) -> tuple[str | None, dict[str, Any]]:
    """Return what is wrong with the GPU as a whole, if this shows it, and the values or why there is none."""
    try:
        value = read(nvml, handle)
    except Exception as error:  # noqa: BLE001  # every reading may fail for itself
        lost = getattr(error, "value", None) in (GPU_IS_LOST, RESET_REQUIRED)
        return _words(error) if lost else None, dict.fromkeys(fields, _failed(error))
    return None, dict(zip(fields, value if len(fields) > 1 else (value,), strict=True))


def _answer(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # noqa: BLE001  # an answer, too
        return _failed(error)


def _failed(error: Exception) -> Any:
    code = getattr(error, "value", None)
    if code == NOT_SUPPORTED:
        return None
    if code == FUNCTION_NOT_FOUND:
        return {"unknown": "this driver's NVML does not have the function"}
    return {"unknown": _words(error)}


def _words(error: Exception) -> str:
    if not hasattr(error, "value"):
        return f"{type(error).__name__}: {error}"[:KEPT]
    try:
        return str(error)[:KEPT]
    except Exception:  # noqa: BLE001  # pynvml asks NVML for the words of a code that it does not know
        return f"NVML error {error.value}"


if __name__ == "__main__":
    main()
