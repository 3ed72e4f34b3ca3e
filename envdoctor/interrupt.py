"""Ctrl-C that cannot get lost.

Python raises KeyboardInterrupt wherever it is at that moment. In a callback of the import system the
exception is printed and dropped, and the program would go on waiting. So the wish is also noted, and
asked for before a long wait.
"""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn

_seen = False


def listen() -> None:
    """Note Ctrl-C from now on; a handler that somebody else has set stays."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _note)


def _note(_number: int, _frame: FrameType | None) -> NoReturn:
    global _seen  # noqa: PLW0603  # a signal is the process's business
    _seen = True
    raise KeyboardInterrupt


def check() -> None:
    """Raise KeyboardInterrupt if it was wished for before and got lost.

    Raises:
        KeyboardInterrupt: as said.
    """
    if _seen:
        raise KeyboardInterrupt
