"""The kinds of experiments: what is done for each, inside the examined Python."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

import torch

from . import machine, training
from .ceilings import ceilings
from .crossover import crossover
from .fit import fit
from .memory_fit import memory
from .ops import ops
from .parallel import parallel
from .recipe import Marks, Trainer
from .refused import Skip
from .windows import Side, measure

if TYPE_CHECKING:
    from .images import Images

Tell = Callable[..., None]


def run(request: dict[str, Any], images: Images | None, tell: Tell) -> None:
    """Carry out one experiment.

    Raises:
        Skip: it makes no sense here.
    """
    machine.forget_host_peak()
    machine.forget_peak(request["device"])
    KINDS[request["kind"]](request, images, tell)
    tell(memory=machine.peak_memory(request["device"]))


def _compare(request: dict[str, Any], images: Images | None, tell: Tell) -> None:
    """Measure settings against a reference, in turns; then train with them, if asked."""
    device, seed = request["device"], request["seed"]
    wanted = {"this": request["settings"], "reference": request.get("reference")}
    trainers = {name: Trainer(s, images, device, seed) for name, s in wanted.items() if s is not None}
    sides = [_side(name, trainers[name]) for name in ("reference", "this") if name in trainers]
    try:
        measure(sides, request["rounds"], request["window_seconds"], tell)
    finally:
        for trainer in trainers.values():
            trainer.close()
    if request.get("epochs") and images is not None:
        done = training.train(request["settings"], images, device, epochs=request["epochs"], seed=seed, tell=tell)
        tell(training=done)


def _side(name: str, trainer: Trainer) -> Side:
    batch = min(trainer.settings["batch"], trainer.images_per_epoch)
    if trainer.settings["net"] == "iris_mlp":
        batch = trainer.images_per_epoch
    return Side(
        name, trainer.step, batch, trainer.device,
        enter=trainer.enter, settle=trainer.epochs.settle, loss=lambda: trainer.last_loss,
    )  # fmt: skip


def _loader(request: dict[str, Any], images: Images | None, tell: Tell) -> None:
    """Measure the loader alone, the step alone on one batch, and both."""
    device, seed, settings = request["device"], request["seed"], request["settings"]
    both, alone = Trainer(settings, images, device, seed), Trainer(settings, images, device, seed)
    fixed = next(iter(Trainer({**settings, "workers": 0}, images, device, seed).epochs))
    batches = iter(alone.epochs)

    def load() -> Marks:
        nonlocal batches
        began = time.perf_counter()
        if next(batches, None) is None:
            batches = iter(alone.epochs)
            next(batches)
        got = time.perf_counter()
        return Marks(began, got, got, got)

    step = Trainer({**settings, "workers": 0}, images, device, seed)
    batch, settle = both.settings["batch"], both.epochs.settle
    sides = [
        Side("loader", load, batch, device, enter=both.enter, settle=settle),
        Side("step", lambda: step.learn(fixed), batch, device, enter=both.enter, loss=lambda: step.last_loss),
        Side("both", both.step, batch, device, enter=both.enter, settle=settle, loss=lambda: both.last_loss),
    ]
    try:
        measure(sides, request["rounds"], request["window_seconds"], tell)
    finally:
        for trainer in (both, alone, step):
            trainer.close()


def _machine(request: dict[str, Any], _images: Images | None, tell: Tell) -> None:
    torch.set_num_threads(request["settings"].get("threads") or 1)
    tell(values=ceilings(request["device"]))


def _memory(request: dict[str, Any], images: Images | None, tell: Tell) -> None:
    if images is None:
        raise Skip("it needs images")
    tell(values=memory(request, images))


def _fit(request: dict[str, Any], _images: Images | None, tell: Tell) -> None:
    fit(request, tell)


def _crossover(request: dict[str, Any], _images: Images | None, tell: Tell) -> None:
    crossover(request, tell)


KINDS: dict[str, Callable[[dict[str, Any], Any, Tell], None]] = {
    "compare": _compare,
    "loader": _loader,
    "machine": _machine,
    "memory": _memory,
    "fit": _fit,
    "crossover": _crossover,
    "parallel": parallel,
    "ops": ops,
}
