"""Listens to pipes in the background, without being flooded or held up by them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from typing import IO

from envdoctor.probes.threads import begin

CAP_BYTES = 1_000_000
"""What is kept of a stream, its end; the rest is read and thrown away, so that the program does not block."""


class Tail:
    """Reads a pipe to its end in the background and keeps the last `CAP_BYTES` of it."""

    def __init__(self, pipe: IO[bytes] | None, on_chunk: Callable[[bytes], None] | None = None) -> None:
        """Start to read; the pipe is closed when it is read.

        Raises:
            RuntimeError: there can be no more threads.
        """
        self._pipe = pipe
        self._on_chunk = on_chunk
        self._kept = bytearray()
        self._enough = False
        self._thread = begin(self._read)

    def _read(self) -> None:
        if self._pipe is None:
            return
        with contextlib.suppress(OSError, ValueError), self._pipe:
            while not self._enough and (chunk := os.read(self._pipe.fileno(), 65536)):
                self._kept += chunk
                del self._kept[:-CAP_BYTES]
                if self._on_chunk:
                    self._on_chunk(chunk)

    def join(self, seconds: float) -> None:
        """Wait until the pipe ends, at most so long; then listen no more."""
        self._thread.join(seconds)
        self._enough = True

    def text(self) -> str:
        """Return what was kept, decoded leniently."""
        return bytes(self._kept).decode("utf-8", "replace")


def join(streams: Sequence[Tail], seconds: float) -> None:
    """Wait until all pipes end, at most so long together: who left the family may hold them open for ever."""
    until = time.monotonic() + seconds
    for stream in streams:
        stream.join(max(0.0, until - time.monotonic()))
