"""Where the observed script is listened to. Each hook costs a microsecond or two, and none changes what is computed."""

from __future__ import annotations

import functools
import sys
import time
from typing import TYPE_CHECKING, Any, Callable

import torch

from . import modes
from .callers import from_outside, place_of

if TYPE_CHECKING:
    from .recorder import Recorder

READERS = (
    "item", "tolist", "numpy", "cpu", "__bool__", "__float__", "__int__", "__index__", "__array__", "__format__",
    "__repr__",
)  # fmt: skip
"""Methods that give values to Python. Those of them that PyTorch calls itself are counted with their caller's."""
now = time.perf_counter


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
    modes.install(recorder)


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
        recorder.calls_backward = True
        recorder.began_backward(began)
        result = before(tensors, *rest, **more)
        ended = now()
        recorder.ended_backward(began, ended, _loss(tensors))
        return result

    torch.autograd.backward = backward
    inner = torch.autograd.grad

    @functools.wraps(inner)
    def grad(*rest: Any, **more: Any) -> Any:
        if recorder.resting or recorder.calls_backward or recorder.optimizer is not None:
            return inner(*rest, **more)
        # Gradients of a function (torch.func), and weights that are moved by hand: nothing else ends a step.
        began = now()
        recorder.began_backward(began)
        result = inner(*rest, **more)
        recorder.ended_backward(began, now(), None)
        return result

    torch.autograd.grad = grad


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
            recorder.at_step(optimizer, sys._getframe(1))  # noqa: SLF001  # who asks
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
