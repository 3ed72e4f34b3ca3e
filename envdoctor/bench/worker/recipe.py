"""Turns settings into something that can be stepped: a net, its data, its optimizer, and the marks of the clock."""

from __future__ import annotations

import contextlib
import inspect
import shutil
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch.nn.functional import cross_entropy

from . import iris, nets
from .graphs import Graphed
from .loading import epochs_of
from .muon import Muon
from .refused import Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .images import Images

DEFAULTS: dict[str, Any] = {
    "net": "textbook",
    "batch": 4,
    "data": "loader",  # `loader`: a DataLoader, image by image; `memory`: whole batches out of the device's memory
    "workers": 2,
    "pin_memory": False,
    "persistent_workers": True,
    "prefetch_factor": None,
    "start_method": None,  # of loader processes: `fork`, `spawn`, `forkserver`; None: what this Python does by itself
    "augment": None,  # `affine` (per image, in the loader), `flip`, `flip_shift` (per batch)
    "amp": None,  # `bf16`, `fp16`
    "channels_last": False,
    "compile": False,
    "graph": False,  # a whole step as one CUDA graph
    "images": None,  # of the training set, the first so many; None: all
    "fused": False,
    "foreach": None,
    "optimizer": "sgd",  # `muon`: with `kernel_lr` and `kernel_momentum` for convolutions, `head_lr` for linear layers
    "kernel_lr": 0.24,
    "kernel_momentum": 0.6,
    "head_lr": 0.1,
    "lr": 0.001,
    "momentum": 0.9,
    "nesterov": False,
    "weight_decay": 0.0,
    "schedule": "constant",  # or `triangle`: up over a fifth of the steps, then down to zero
    "label_smoothing": 0.0,
    "validation": 0.04,  # share of the training images that is held back when an accuracy is trained for
    "read_loss_every": 1,  # steps; 0: never
    "test_flip": False,  # test images are looked at as they are and mirrored, and the mean of both scores is the answer
    "threads": 1,
    "tf32": False,
    "cudnn_benchmark": False,
}
"""The textbook's recipe. Every experiment says what it changes."""
PEAK = 0.2
COMPILERS = ("c++", "g++", "clang++", "cl")
TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Marks(NamedTuple):
    """When a step began, had its batch, had sent it to the device, and returned: seconds of the host's clock."""

    began: float
    got: float
    sent: float
    returned: float


class Trainer:
    """A net in training."""

    def __init__(self, settings: dict[str, Any], images: Images | None, device: str, seed: int) -> None:
        self.settings = {**DEFAULTS, **settings}
        self.device = device
        self.planned = 0
        """Steps of the whole training, for the schedule; 0: no end is planned."""
        self.done = 0
        self.last_loss: torch.Tensor | None = None
        self.epochs: Any = None
        torch.manual_seed(seed)
        self._before = time.perf_counter()
        self.enter()  # threads that preparing takes beyond what was chosen would wait for each other
        self._place(images, seed)
        self.parameters = [p for p in self.net.parameters() if p.requires_grad]
        self.optimizer = self._optimizer()
        self._rates = [group["lr"] for group in self.optimizer.param_groups]
        self._scaler: Any = torch.cuda.amp.GradScaler() if self.settings["amp"] == "fp16" and device != "cpu" else None
        self._model: Any = torch.compile(self.net) if self.settings["compile"] else self.net
        self._graph = Graphed(self) if self.settings["graph"] else None
        self.prepare_seconds = time.perf_counter() - self._before
        self._batches: Iterator[Any] = iter(())

    def _place(self, images: Images | None, seed: int) -> None:
        s = self.settings
        if s["net"] == "iris_mlp":
            self.net = nets.build("iris_mlp", 3).to(self.device)
            self.epochs = iris.whole(self.device)
            self.images_per_epoch = iris.ROWS
            return
        if images is None:
            raise ValueError("the net %s needs images" % s["net"])
        if s["images"]:
            some = slice(min(s["images"], len(images.train_labels)))
            images = images._replace(train=images.train[some], train_labels=images.train_labels[some])
        self.epochs = epochs_of(images, s, self.device, seed)
        self.images_per_epoch = len(images.train_labels)
        self.net = nets.build(s["net"], len(images.classes), self.epochs.sample())
        self.net = self.net.to(self.device)
        if s["channels_last"]:
            self.net = self.net.to(memory_format=torch.channels_last)

    def _optimizer(self) -> torch.optim.Optimizer:
        s = self.settings
        more: dict[str, Any] = {"fused": True} if s["fused"] else {}
        if s["fused"] and "fused" not in inspect.signature(torch.optim.SGD).parameters:
            raise Skip("torch %s has no fused SGD" % torch.__version__)
        if s["compile"] and not any(map(shutil.which, COMPILERS)):
            raise Skip("torch.compile needs a C++ compiler, and there is none on PATH (%s)" % ", ".join(COMPILERS))
        if s["foreach"] is not None:
            more["foreach"] = s["foreach"]
        decay = s["weight_decay"]
        if s["optimizer"] == "muon":
            return self._muon()
        return torch.optim.SGD(
            self.parameters, lr=s["lr"], momentum=s["momentum"], nesterov=s["nesterov"], weight_decay=decay, **more
        )

    def _muon(self) -> torch.optim.Optimizer:
        s, kinds = self.settings, (1, 2, 4)
        norms, layers, kernels = ([p for p in self.parameters if p.dim() == kind] for kind in kinds)
        rest = [
            {"params": some, "lr": lr, "momentum": s["momentum"]}
            for some, lr in ((norms, s["lr"]), (layers, s["head_lr"]))
        ]
        return Muon(kernels, rest, lr=s["kernel_lr"], momentum=s["kernel_momentum"])

    def enter(self) -> None:
        """Set what belongs to the whole process before this trainer is stepped."""
        if self.settings["threads"]:
            torch.set_num_threads(self.settings["threads"])
        torch.backends.cudnn.benchmark = bool(self.settings["cudnn_benchmark"])
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = bool(self.settings["tf32"])

    def step(self) -> Marks:
        """Take one batch and learn from it."""
        began = time.perf_counter()
        batch = next(self._batches, None)
        if batch is None:
            self._batches = iter(self.epochs)
            batch = next(self._batches)
        return self._learn(batch, began)

    def learn(self, batch: Any) -> Marks:
        """Learn from a batch that is there."""
        return self._learn(batch, time.perf_counter())

    def _learn(self, batch: Any, began: float) -> Marks:
        got = time.perf_counter()
        pixels, labels = self.epochs.to_device(batch)
        sent = time.perf_counter()
        s = self.settings
        if s["schedule"] == "triangle":
            self._set_rate()
        loss = self.update(pixels, labels) if self._graph is None else self._graph(pixels, labels)
        self.last_loss = loss.detach()
        self.done += 1
        if s["read_loss_every"] and self.done % s["read_loss_every"] == 0:
            self.last_loss.item()
        return Marks(began, got, sent, time.perf_counter())

    def update(self, pixels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Make one step of the optimizer and return the loss, still on the device."""
        s = self.settings
        self.optimizer.zero_grad(set_to_none=True)
        with self._autocast():
            outputs = self._model(pixels)
        loss = cross_entropy(outputs.float() if s["amp"] else outputs, labels, label_smoothing=s["label_smoothing"])
        if self._scaler is None:
            torch.autograd.backward(loss)
            self.optimizer.step()
        else:
            torch.autograd.backward(self._scaler.scale(loss))
            self._scaler.step(self.optimizer)
            self._scaler.update()
        return loss

    def _autocast(self) -> Any:
        kind = self.settings["amp"]
        if not kind:
            return contextlib.nullcontext()
        return torch.autocast(torch.device(self.device).type, dtype=TYPES[kind])

    def _set_rate(self) -> None:
        share = min(1.0, (self.done + 1) / max(1, self.planned)) if self.planned else PEAK
        slope = share / PEAK if share < PEAK else (1 - share) / (1 - PEAK)
        for group, rate in zip(self.optimizer.param_groups, self._rates):
            group["lr"] = rate * slope

    def close(self) -> None:
        """End the loader's processes."""
        self._batches = iter(())
        self.epochs.close()
