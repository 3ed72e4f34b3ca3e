"""Starts torchrun, and each of its processes, so that none outlives the one that started it.

Usage: tied.py launch PARENT ARGUMENTS… (those of torchrun) or tied.py rank FOLDER

torchrun puts its processes into sessions of their own, and killing a group does not reach them. So each process
here dies with its parent: by the kernel on Linux, whatever state it is in; elsewhere by looking at who its parent is.
On Windows neither exists: there, envdoctor ends the children by their numbers.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import types

NAME = "envdoctor_bench_worker"
PARENT = "ENVDOCTOR_BENCH_PARENT"
INTERVAL = 0.25
PR_SET_PDEATHSIG = 1


def tie(parent: int) -> None:
    """End this process when its parent ends."""
    if os.name == "nt":
        return
    if sys.platform.startswith("linux"):
        import ctypes  # noqa: PLC0415  # Linux alone

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="envdoctor tie").start()


def _watch(parent: int) -> None:
    # It may be gone already: then the first look says so.
    while os.getppid() == parent:
        time.sleep(INTERVAL)
    os._exit(1)


def _launch(parent: str, arguments: list[str]) -> None:
    tie(int(parent))
    os.environ[PARENT] = str(os.getpid())
    sys.argv = ["torchrun", *arguments]
    import runpy  # noqa: PLC0415  # here alone

    runpy.run_module("torch.distributed.run", run_name="__main__", alter_sys=True)


def _rank(folder: str) -> None:
    tie(int(os.environ[PARENT]))
    package = types.ModuleType(NAME)
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]  # noqa: PTH100, PTH120  # as in start.py
    sys.modules[NAME] = package
    import importlib  # noqa: PLC0415  # same

    importlib.import_module(NAME + ".ranks").main(folder)


if __name__ == "__main__":
    # The search path is that of `python -c`, as in start.py.
    sys.path[0] = ""
    if sys.argv[1] == "launch":
        _launch(sys.argv[2], sys.argv[3:])
    else:
        _rank(sys.argv[2])
