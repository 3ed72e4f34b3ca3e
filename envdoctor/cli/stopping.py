"""Ctrl-C and SIGTERM while a benchmark runs: the first ends it and keeps what is finished, the next ones hurry."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 3
"""The signal with this number ends envdoctor whatever it is doing."""


class Stop:
    """Takes signals, one after the other."""

    def __init__(self) -> None:
        self.came = 0
        self.over = False
        """There is nothing more to interrupt: what was measured is being written."""

    def __call__(self, number: int, _frame: Any) -> None:
        """Raise KeyboardInterrupt once; then kill workers that are being ended politely, and let results be written."""
        self.came += 1
        if self.came == 1 and not self.over:
            raise KeyboardInterrupt
        from envdoctor.probes.command import kill_all  # noqa: PLC0415  # loaded by now

        kill_all()
        if self.came == PATIENCE:
            # Python ends with the signals' own actions, and one more would change the exit code.
            for deaf in SIGNALS:
                signal.signal(deaf, signal.SIG_IGN)
            raise SystemExit(128 + number)


@contextlib.contextmanager
def stoppable() -> Iterator[Stop]:
    """Treat SIGTERM and Ctrl-C alike until the end of the block; once one came, until the end of the process."""
    stop = Stop()
    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in () if stop.came else before.items():
            signal.signal(number, handler)
