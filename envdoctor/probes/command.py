"""The one door to other programs: nothing that a program does can hang or flood envdoctor."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from envdoctor.facts import Unknown
from envdoctor.probes.tail import Tail, join

GRACE_SECONDS = 0.3
"""From SIGTERM to SIGKILL, and from SIGKILL until a program stuck in the kernel is left behind."""

REFUSED = frozenset({errno.EMFILE, errno.ENFILE})
"""This process may open no more files. (A limit on processes would be the program's own matter too.)"""


class Output(msgspec.Struct, frozen=True):
    """What a program answered. Undecodable bytes are replaced, streams are cut to their last megabyte."""

    exit_code: int
    """Negative: killed by this signal (POSIX)."""
    stdout: str
    stderr: str
    seconds: float = 0.0


Answer = Output | None | Unknown


class Run(Protocol):
    """What probes are handed to start programs with."""

    def __call__(self, argv: Sequence[str], *, seconds: float = ...) -> Answer:
        """Run a program; see `run`."""


def run(argv: Sequence[str], *, seconds: float = 5.0, environment: Mapping[str, str] | None = None) -> Answer:
    """Run a program without input and return what it said.

    What it started and left behind in its process group is ended with it.

    Returns:
        `None`: there is no such program. `Unknown`: it could not be started, or gave no answer in
        time and was killed. Never raises.
    """
    started = time.monotonic()
    process = start(argv, environment=environment)
    if not isinstance(process, subprocess.Popen):
        return process
    streams: tuple[Tail, ...] = ()
    try:
        streams = (Tail(process.stdout), Tail(process.stderr))
        answered = ended(process, seconds)
    except RuntimeError as error:  # no thread to listen with
        return Unknown(f"{argv[0]} cannot be listened to: {reason_of(error)}")
    finally:
        end(process)
    if not answered:
        return Unknown(f"{argv[0]} did not answer in {seconds:g} s")
    join(streams, GRACE_SECONDS)
    stdout, stderr = (stream.text() for stream in streams)
    return Output(process.returncode, stdout, stderr, time.monotonic() - started)


def start(
    argv: Sequence[str], *, environment: Mapping[str, str] | None = None, pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes] | None | Unknown:
    """Start a program in a process group of its own, with both outputs as pipes and no input.

    Whoever starts one must `end` it.

    Args:
        argv: the program and its arguments.
        environment: its variables; None: ours.
        pass_fds: descriptors that it inherits (Windows: their handles).

    Returns:
        `None`: there is no such program. `Unknown`: it does not start. Never raises.
    """
    if _LEAVING.is_set():
        return Unknown(f"{argv[0]} was not started: envdoctor is leaving")
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=None if environment is None else dict(environment),
            # Ctrl-C reaches envdoctor alone, which then ends its children; and a whole family can be killed.
            start_new_session=True,
            **_inherited(pass_fds),
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        if getattr(error, "errno", None) in REFUSED:  # not by the program: it was never asked
            return Unknown(f"{argv[0]} was not started: {reason_of(error)}")
        reason = _why_not(argv[0], error, environment)
        return None if reason is None else Unknown(f"{argv[0]} does not start: {reason}")
    _RUNNING.add(process)
    if _LEAVING.is_set():
        end(process)
    return process


if sys.platform == "win32":

    def _inherited(descriptors: Sequence[int]) -> dict[str, Any]:
        import msvcrt  # noqa: PLC0415  # exists on Windows only

        handles = [msvcrt.get_osfhandle(descriptor) for descriptor in descriptors]
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        options: dict[str, Any] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        if handles:
            options["startupinfo"] = subprocess.STARTUPINFO(lpAttributeList={"handle_list": handles})
        return options

else:

    def _inherited(descriptors: Sequence[int]) -> dict[str, Any]:
        return {"pass_fds": tuple(descriptors)}


def _why_not(program: str, error: BaseException, environment: Mapping[str, str] | None) -> str | None:
    """Say why a program does not start; None: because there is none of that name."""
    if not isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError):
        return "the file is no program for this machine" if _is_no_program(error) else reason_of(error)
    if os.path.dirname(program):  # noqa: PTH120  # "./x" and "x" are two things, and not to pathlib
        path = program
    else:
        # A folder on PATH that we may not enter is answered with "permission denied", not with "not found".
        import shutil  # noqa: PLC0415  # with all its archivers; rarely needed

        path = shutil.which(program, path=(os.environ if environment is None else environment).get("PATH")) or ""
    if not os.path.lexists(path):
        return None
    if os.path.islink(path) and not os.path.exists(path):  # noqa: PTH110, PTH114  # as above
        return f"it is a link to {os.path.realpath(path)}, which does not exist"
    if isinstance(error, FileNotFoundError):
        return "the interpreter that its first line names, or its loader, does not exist"
    return "it is a folder" if os.path.isdir(path) else reason_of(error)  # noqa: PTH112  # as above


def _is_no_program(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno == errno.ENOEXEC


def ended(process: subprocess.Popen[bytes], seconds: float, early: threading.Event | None = None) -> bool:
    """Wait for a program's end, at most so long or until `early` is set, and say whether it came.

    `Popen.wait` with a timeout polls and notices an end up to 50 ms late; a thread notices at once.
    The program stays a zombie until `end`, so that its number cannot become another program's.
    """
    over = early or threading.Event()

    def watch() -> None:
        _wait(process)
        over.set()

    try:
        threading.Thread(target=watch, daemon=True).start()
    except RuntimeError:  # no more threads
        until = time.monotonic() + seconds
        while not (over.is_set() or _is_gone(process)) and time.monotonic() < until:
            time.sleep(0.01)
    else:
        over.wait(seconds)
    return _is_gone(process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32" and hasattr(os, "waitid"):
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:
        process.wait()


def _is_gone(process: subprocess.Popen[bytes]) -> bool:
    if sys.platform != "win32" and process.returncode is None and hasattr(os, "waitid"):
        try:
            return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
        except ChildProcessError:
            return True
    return process.poll() is not None


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and its family: politely, then for good; leave it behind if the kernel holds it.

    Of a program that has come to its end by itself, what it left behind is killed.
    """
    kill = getattr(signal, "SIGKILL", signal.SIGTERM)
    for number in () if _is_gone(process) else (signal.SIGTERM, kill):
        _signal_group(process, number)
        if ended(process, GRACE_SECONDS):
            break
    # The leader is gone; a member that ignored SIGTERM must go too.
    _signal_group(process, kill)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=0)
    _RUNNING.discard(process)


_RUNNING: set[subprocess.Popen[bytes]] = set()
_LEAVING = threading.Event()


def end_all() -> None:
    """End every program that still runs, together, and start none any more: envdoctor leaves."""
    _LEAVING.set()
    running = list(_RUNNING)
    for process in running:
        _signal_group(process, signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    for process in running:
        ended(process, max(0.0, until - time.monotonic()))
        _signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def kill_all() -> None:
    """Kill every program that still runs, at once: somebody who waits for a polite end has lost patience."""
    for process in list(_RUNNING):
        _signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))


if sys.platform == "win32":

    def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
        """End a family; Windows knows no polite way. Children of a parent that is gone are not found."""
        import psutil  # noqa: PLC0415  # rarely needed

        del number
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
        with contextlib.suppress(OSError):
            process.kill()

else:

    def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
        with contextlib.suppress(OSError):  # already gone
            os.killpg(process.pid, number)


def reason_of(error: BaseException) -> str:
    """Return an error's message on one line, without the number that the system gives it."""
    try:
        text = getattr(error, "strerror", None) or str(error)
    except Exception:  # noqa: BLE001  # not even its message can be had
        text = ""
    return " ".join(str(text).split()) or type(error).__name__
