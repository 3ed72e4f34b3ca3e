"""Where the observed script is listened to. Each hook costs a microsecond or two, and none changes what is computed."""

from __future__ import annotations

import functools
import sys
import time
from typing import TYPE_CHECKING, Any, Callable

import torch

from .callers import from_outside, place_of

if TYPE_CHECKING:
    from .recorder import Recorder

READERS = ("item", "tolist", "numpy", "cpu", "__bool__", "__float__", "__int__")
now = time.perf_counter


class Amp:
    """What the script does with autocast, and a switch to leave it out for a while."""

    used = ""
    off = False


_INSTALLED = []  # type: list[Recorder]


def installed() -> Recorder | None:
    """Return the recorder that is told already: a forked process has the hooks of its parent."""
    return _INSTALLED[0] if _INSTALLED else None


def forget() -> None:
    """Take it that no hooks are there: somebody has put back what was before."""
    _INSTALLED.clear()


def install(recorder: Recorder) -> None:
    """Listen to loaders, backward passes, optimizers, reads, saves, autocast; once in a process."""
    if _INSTALLED:
        return
    _INSTALLED.append(recorder)
    _loaders(recorder)
    _backward(recorder)
    _optimizers(recorder)
    _reads(recorder)
    _saves(recorder)
    _autocast()
    _evaluations(recorder)


def _loaders(recorder: Recorder) -> None:
    from torch.utils.data import dataloader  # noqa: PLC0415  # takes long

    kind = dataloader._BaseDataLoaderIter  # noqa: SLF001  # the base of both iterators; there is no other hook
    before, begin = kind.__next__, kind.__init__

    @functools.wraps(begin)
    def __init__(self: Any, loader: Any, *rest: Any, **more: Any) -> None:  # noqa: N807
        began = now()
        begin(self, loader, *rest, **more)
        self.envdoctor_loader = loader
        recorder.note_start(now() - began)

    @functools.wraps(before)
    def __next__(self: Any) -> Any:  # noqa: N807
        if recorder.resting:
            return before(self)
        began = now()
        recorder.loading = True
        try:
            batch = before(self)
        except StopIteration:
            # The end of an epoch: workers that do not persist are shut down here.
            recorder.note_start(now() - began)
            raise
        finally:
            recorder.loading = False
        ended = now()
        _shape(recorder, batch)
        recorder.took_batch(getattr(self, "envdoctor_loader", None), began, ended)
        return batch

    kind.__init__ = __init__  # type: ignore[method-assign]  # there is no other hook
    kind.__next__ = __next__  # type: ignore[method-assign]  # same


def _shape(recorder: Recorder, batch: Any) -> None:
    if len(recorder.shapes) > 100:  # noqa: PLR2004  # more say nothing more
        return
    first = next(iter(batch.values()), None) if isinstance(batch, dict) else batch
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    if isinstance(first, torch.Tensor):
        recorder.shapes.add(first.shape)


def _backward(recorder: Recorder) -> None:
    before = torch.autograd.backward

    @functools.wraps(before)
    def backward(tensors: Any, *rest: Any, **more: Any) -> Any:
        if recorder.resting:
            return before(tensors, *rest, **more)
        began = now()
        recorder.began_backward(began)
        result = before(tensors, *rest, **more)
        ended = now()
        recorder.ended_backward(began, ended, _loss(tensors))
        return result

    torch.autograd.backward = backward


def _loss(tensors: Any) -> float | None:
    """Return the loss where reading it makes nobody wait."""
    one = tensors if isinstance(tensors, torch.Tensor) else next(iter(tensors), None)
    if not isinstance(one, torch.Tensor) or one.numel() != 1 or not one.is_cpu:
        return None
    return float(_ITEM(one))


def _optimizers(recorder: Recorder) -> None:
    from torch.optim import optimizer as module  # noqa: PLC0415  # beside the others

    starts = {}  # type: dict[int, float]

    def before(optimizer: Any, *_: Any) -> None:
        if not recorder.resting:
            recorder.began_step()
            starts[id(optimizer)] = now()

    def after(optimizer: Any, *_: Any) -> None:
        ended = now()
        if recorder.resting:
            recorder.rested(optimizer, ended)
        else:
            recorder.ended_step(optimizer, starts.get(id(optimizer), ended), ended)

    module.register_optimizer_step_pre_hook(before)
    module.register_optimizer_step_post_hook(after)
    for name in ("clip_grad_norm_", "clip_grad_value_"):
        setattr(torch.nn.utils, name, _timed(getattr(torch.nn.utils, name), _clipped(recorder)))


def _clipped(recorder: Recorder) -> Callable[[str, float], None]:
    return lambda _place, seconds: recorder.note_clipping(seconds)


def _reads(recorder: Recorder) -> None:
    busy = [False]

    def listening(before: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(before)
        def read(self: Any, *rest: Any, **more: Any) -> Any:
            if recorder.resting or busy[0] or not from_outside(sys._getframe(1)):  # noqa: SLF001  # who asks
                return before(self, *rest, **more)
            busy[0] = True
            began = now()
            try:
                return before(self, *rest, **more)
            finally:
                busy[0] = False
                recorder.note_read(place_of(sys._getframe(1)), now() - began)  # noqa: SLF001  # see above

        return read

    for name in READERS:
        setattr(torch.Tensor, name, listening(getattr(torch.Tensor, name)))
    if torch.cuda.is_available():
        torch.cuda.synchronize = _timed(torch.cuda.synchronize, recorder.note_read)


_ITEM = torch.Tensor.item


def _saves(recorder: Recorder) -> None:
    torch.save = _timed(torch.save, recorder.note_save)


def _timed(before: Callable[..., Any], note: Callable[[str, float], None]) -> Callable[..., Any]:
    @functools.wraps(before)
    def timed(*rest: Any, **more: Any) -> Any:
        began = now()
        try:
            return before(*rest, **more)
        finally:
            note(place_of(sys._getframe(1)), now() - began)  # noqa: SLF001  # who asks

    return timed


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


def _is_scripts(frame: Any) -> bool:
    """Say whether the script enters a context, by `with` or as a decorator of a function of its own."""
    if frame.f_code.co_name == "decorate_context":
        module = getattr(frame.f_locals.get("func"), "__module__", None) or ""
        return not str(module).startswith("torch.")
    return from_outside(frame)
