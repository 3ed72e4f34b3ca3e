"""Starts threads where a limit on processes or on memory allows only a few."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE_SECONDS = 1.0
"""Most probes are done in a few milliseconds, and make room."""
PAUSE_SECONDS = 0.01


def begin(work: Callable[[], object], name: str | None = None, seconds: float = PATIENCE_SECONDS) -> threading.Thread:
    """Start a thread that nobody has to wait for; where there may be no more, wait until others have ended.

    Raises:
        RuntimeError: none has ended in so many seconds.
    """
    thread = threading.Thread(target=work, name=name, daemon=True)
    until = time.monotonic() + seconds
    while not _started(thread, last=time.monotonic() >= until):
        time.sleep(PAUSE_SECONDS)
    return thread


def _started(thread: threading.Thread, *, last: bool) -> bool:
    try:
        thread.start()
    except RuntimeError:
        if last:
            raise
        return False
    return True
