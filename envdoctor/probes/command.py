"""The one door to other programs: nothing that a program does can hang or flood envdoctor."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Protocol

import msgspec

from envdoctor.facts import Unknown

CAP_BYTES = 1_000_000
"""What is kept of each stream; the rest is read and thrown away, so that the program does not block."""
GRACE_SECONDS = 0.3
"""From SIGTERM to SIGKILL, and from SIGKILL until a program stuck in the kernel is left behind."""


class Output(msgspec.Struct, frozen=True):
    """What a program answered. Undecodable bytes are replaced, streams are cut at `CAP_BYTES`."""

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

    Returns:
        `None`: there is no such program. `Unknown`: it could not be started, or gave no answer in
        time and was killed, with all that it had started. Never raises.
    """
    started = time.monotonic()
    try:
        process = start(argv, environment=environment)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Unknown(f"{argv[0]} does not start: {_reason(error)}")
    streams = [Tail(process.stdout), Tail(process.stderr)]
    if not ended(process, seconds):
        end(process)
        return Unknown(f"{argv[0]} did not answer in {seconds:g} s")
    # A grandchild may hold the pipes open for ever; what has come by now is the answer.
    for stream in streams:
        stream.join(GRACE_SECONDS)
    stdout, stderr = (stream.text() for stream in streams)
    return Output(process.returncode, stdout, stderr, time.monotonic() - started)


def start(
    argv: Sequence[str], *, environment: Mapping[str, str] | None = None, pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, with both outputs as pipes and no input.

    Raises:
        OSError: it does not start.
    """
    return subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=None if environment is None else dict(environment),
        # Ctrl-C reaches envdoctor alone, which then ends its children; and a whole family can be killed.
        start_new_session=True,
        pass_fds=pass_fds,
    )


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a program's end, at most so long, and say whether it came.

    `Popen.wait` with a timeout polls and notices an end up to 50 ms late; a thread notices at once.
    """
    waiter = threading.Thread(target=process.wait, daemon=True)
    waiter.start()
    waiter.join(seconds)
    return not waiter.is_alive()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and its family: politely, then for good; leave it behind if the kernel holds it."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        _signal_group(process, number)
        try:
            process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    # The leader is gone; a member that ignored SIGTERM must go too.
    _signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.terminate()
    except OSError:  # already gone
        pass


class Tail:
    """Reads a pipe to its end in the background and keeps the last `CAP_BYTES` of it."""

    def __init__(self, pipe: IO[bytes] | None, on_chunk: Callable[[bytes], None] | None = None) -> None:
        self._pipe = pipe
        self._on_chunk = on_chunk
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._pipe is None:
            return
        try:
            while chunk := os.read(self._pipe.fileno(), 65536):
                self._kept += chunk
                del self._kept[:-CAP_BYTES]
                if self._on_chunk:
                    self._on_chunk(chunk)
        except (OSError, ValueError):  # closed under our hands
            pass

    def join(self, seconds: float) -> None:
        """Wait until the pipe ends, at most so long."""
        self._thread.join(seconds)

    def text(self) -> str:
        """Return what was kept, decoded leniently."""
        return bytes(self._kept).decode("utf-8", "replace")


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
