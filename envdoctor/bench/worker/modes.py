"""Modes that the script computes in: autocast, without gradients, evaluation."""

from __future__ import annotations

import functools
import sys
import time
from typing import TYPE_CHECKING, Any

import torch

from .callers import from_outside

if TYPE_CHECKING:
    from .recorder import Recorder

DECORATORS = "_contextlib.py"
"""File of PyTorch in which a function runs that was decorated with `no_grad`, whatever its frame is called."""
now = time.perf_counter


class Amp:
    """What the script does with autocast, and a switch to leave it out for a while."""

    used = ""
    off = False


def install(recorder: Recorder) -> None:
    """Listen to autocast, to `no_grad` and its kin, and to `eval()`."""
    _autocast()
    _evaluations(recorder)


def _autocast() -> None:
    kind = torch.amp.autocast_mode.autocast
    before = kind.__enter__

    @functools.wraps(before)
    def __enter__(self: Any) -> Any:  # noqa: N807
        if getattr(self, "_enabled", False):
            Amp.used = "%s %s" % (
                getattr(self, "device", ""),
                str(getattr(self, "fast_dtype", "")).replace("torch.", ""),
            )
            if Amp.off:
                self._enabled = False
                try:
                    return before(self)  # type: ignore[no-untyped-call,unused-ignore]  # of torch
                finally:
                    self._enabled = True
        return before(self)  # type: ignore[no-untyped-call,unused-ignore]  # of torch

    kind.__enter__ = __enter__  # type: ignore[method-assign]  # there is no other hook


def _evaluations(recorder: Recorder) -> None:
    """Listen to `no_grad` and `inference_mode` of the script's own: what runs under them trains nothing."""
    open_ = []  # type: list[int]

    def listening(kind: Any) -> None:
        enter, leave = kind.__enter__, kind.__exit__

        @functools.wraps(enter)
        def __enter__(self: Any) -> Any:  # noqa: N807
            if not open_ and _is_scripts(sys._getframe(1)):  # noqa: SLF001  # who asks
                open_.append(id(self))
                recorder.began_evaluation(now())
            return enter(self)

        @functools.wraps(leave)
        def __exit__(self: Any, *rest: Any) -> Any:  # noqa: N807
            if open_ and open_[0] == id(self):
                open_.pop()
                recorder.ended_evaluation(now())
            return leave(self, *rest)

        kind.__enter__, kind.__exit__ = __enter__, __exit__

    listening(torch.no_grad)
    listening(torch.inference_mode)
    before = torch.nn.Module.eval

    @functools.wraps(before)
    def evaluates(self: Any) -> Any:
        if from_outside(sys._getframe(1)):  # noqa: SLF001  # who asks
            recorder.evaluates = True
        return before(self)

    torch.nn.Module.eval = evaluates  # type: ignore[method-assign]  # there is no other hook


def _is_scripts(frame: Any) -> bool:
    """Say whether the script enters a context, by `with` or as a decorator of a function of its own."""
    if frame.f_code.co_filename.endswith(DECORATORS) and "func" in frame.f_locals:
        module = getattr(frame.f_locals["func"], "__module__", None) or ""
        return not str(module).startswith("torch.")
    return from_outside(frame)
