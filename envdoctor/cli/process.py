"""Makes envdoctor's own process fit for hostile surroundings, and ends it without leaving anything behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from envdoctor import interrupt

STACK_BYTES = 1 << 20
M_ARENA_MAX = -8
"""Of glibc's mallopt; https://sourceware.org/glibc/manual/latest/html_node/Malloc-Tunable-Parameters.html."""


def prepare() -> None:
    """Undo what whoever started us may have set up, as far as it would break us."""
    if sys.warnoptions:
        import warnings  # noqa: PLC0415  # rarely needed

        # PYTHONWARNINGS=error is meant for the user's programs; they still get it.
        warnings.simplefilter("ignore")
    if hasattr(signal, "SIGCHLD"):
        # A parent that ignores the end of its children hands that on, and then no exit code can be had.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup stays nohup
            signal.signal(number, _stop)
    interrupt.listen()
    _open_standard_streams()
    _live_within_limits()


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _open_standard_streams() -> None:
    """Open what `<&-` or a service manager has closed; else a pipe of ours would get its number."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:  # noqa: PERF203  # three times
            os.open(os.devnull, os.O_RDWR)  # the system gives the lowest number that is free
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # for good
    # The launcher lets Python ignore its variables; how text is written is the user's to say all the same.
    wanted = os.environ.get("PYTHONIOENCODING", "").partition(":")[0] if sys.flags.ignore_environment else ""
    # What a terminal's encoding lacks must not end us; results go through `cli.options.put`, which knows better.
    for stream, errors in ((sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with contextlib.suppress(LookupError, ValueError):  # there is no such encoding
                reconfigure(encoding=wanted or None)
            reconfigure(errors=errors)


def _live_within_limits() -> None:
    """Let thirty threads fit into a small address space: each would take 8 MiB for its stack and 64 for its heap."""
    try:
        import resource  # noqa: PLC0415  # not on Windows

        limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    except (ImportError, AttributeError, OSError):
        return
    if not limited:
        return
    import threading  # noqa: PLC0415  # rarely needed this early

    with contextlib.suppress(ValueError, RuntimeError):
        threading.stack_size(STACK_BYTES)
    with contextlib.suppress(Exception):  # another C library, or none that can be called
        import ctypes  # noqa: PLC0415  # rarely needed

        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def leave(code: int) -> NoReturn:
    """End all children and leave at once: threads that wait for a wedged driver must not keep the process."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    command = sys.modules.get("envdoctor.probes.command")
    if command is not None:
        command.end_all()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # a closed pipe, a full disk: nothing more can be said there
            stream.flush()
    os._exit(code)
