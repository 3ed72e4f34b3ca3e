"""The experiments, one list: what each changes, what it holds still, and which question it answers."""

from __future__ import annotations

from typing import Any

import msgspec

TEXTBOOK: dict[str, Any] = {}
"""The reference: the recipe of PyTorch's CIFAR-10 tutorial. Its values stand in `worker/recipe.py`, DEFAULTS."""
TUNED: dict[str, Any] = {
    "net": "patches_32", "data": "memory", "batch": 256, "amp": "auto", "channels_last": True, "lr": 0.5,
    "momentum": 0.85, "nesterov": True, "schedule": "triangle", "label_smoothing": 0.1, "read_loss_every": 0,
}  # fmt: skip
IRIS: dict[str, Any] = {"net": "iris_mlp", "data": "memory", "lr": 0.01, "momentum": 0.0}
IN_MEMORY: dict[str, Any] = {"data": "memory", "read_loss_every": 0}
QUICK, FULL = "quick", "full"
BOTH = (QUICK, FULL)


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """One question to the machine."""

    name: str
    changes: str
    held: str
    question: str
    settings: dict[str, Any] = {}
    """What differs from the textbook's recipe."""
    reference: dict[str, Any] | None = None
    """Measured in turns with it; None: nothing is compared."""
    kind: str = "compare"
    """What the worker does: `compare`, `loader`, `memory`, `machine`."""
    gpu: bool = False
    """Makes sense on a GPU only."""
    compiler: bool = False
    """Needs a C++ compiler, and time for it."""
    epochs: float | None = None
    """Its own length of training; None: what `--epochs` says."""
    presets: tuple[str, ...] = BOTH

    @property
    def group(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]


def _row(name: str, changes: str, question: str, settings: dict[str, Any], **more: Any) -> Experiment:
    """Describe a row of the ladder: everything that is not named is the textbook's."""
    held = "net, data and recipe of the textbook"
    return Experiment(
        name=f"ladder.{name}", changes=changes, held=held, question=question, settings=settings,
        reference=TEXTBOOK, **more,
    )  # fmt: skip


def _sync(every: int, presets: tuple[str, ...] = (FULL,)) -> Experiment:
    changes = f"the loss is read every {every} steps" if every else "the loss is never read"
    return Experiment(
        name=f"sync.iris_{every or 'never'}",
        changes=changes,
        held="Iris, all 150 rows a step; 4-10-3; SGD",
        question="What does it cost to look at the loss?",
        settings={**IRIS, "read_loss_every": every},
        reference={**IRIS, "read_loss_every": 1},
        presets=presets,
    )


def _sync_net(every: int) -> Experiment:
    return Experiment(
        name=f"sync.cnn_{every or 'never'}",
        changes=f"the loss is read every {every} steps" if every else "the loss is never read",
        held="the textbook's net, batch 32, data in memory",
        question="What does it cost to look at the loss of a convolutional net?",
        settings={**IN_MEMORY, "batch": 32, "read_loss_every": every},
        reference={**IN_MEMORY, "batch": 32, "read_loss_every": 1},
        presets=(FULL,),
    )


def _loader(workers: int, augment: str | None, presets: tuple[str, ...] = (FULL,)) -> Experiment:
    return Experiment(
        name=f"loader.workers_{workers}{'_' + augment if augment else ''}",
        changes=f"{workers} processes load" + (f", {augment} augmentation" if augment else ""),
        held="the textbook's net, batch 64",
        question="Does the loader or the step set the pace, and do they get in each other's way?",
        settings={"batch": 64, "workers": workers, "augment": augment, "read_loss_every": 0},
        kind="loader",
        presets=presets,
    )


EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        name="machine.ceilings", kind="machine",
        changes="nothing", held="nothing",
        question="How fast are matrix products, copies, the disk and the call of an operator here?",
    ),
    Experiment(
        name="ladder.textbook", changes="nothing: the reference", held="everything",
        question="How fast is the textbook's recipe on this machine?", settings=TEXTBOOK,
    ),
    _row("tuned", "everything", "What can this machine do?", TUNED, epochs=0.7),
    _row("batch_32", "batch 32", "Does a larger batch pay?", {"batch": 32}),
    _row("batch_128", "batch 128", "Does a much larger batch pay?", {"batch": 128}, presets=(FULL,)),
    _row("workers_0", "the training process loads", "Are loader processes worth their hand-over?", {"workers": 0}),
    _row("workers_4", "4 loader processes", "Do more loader processes help?", {"workers": 4}, presets=(FULL,)),
    _row("data_in_memory", "whole batches from memory", "What does the loader cost?", {"data": "memory"}),
    _row("threads_default", "as many threads as torch takes", "Do threads help so small a net, or fight?",
         {"threads": "default"}),
    _row("loss_never_read", "the loss is not read", "Does reading the loss cost?", {"read_loss_every": 0},
         presets=(FULL,)),
    _row("amp_bf16", "bf16 autocast", "Does half the precision pay?", {"amp": "bf16"}),
    _row("amp_fp16", "fp16 autocast, scaled", "Does half the precision pay on this GPU?", {"amp": "fp16"}, gpu=True),
    _row("tf32", "TF32 products", "Do tensor cores pay for float32?", {"tf32": True}, gpu=True),
    _row("cudnn_benchmark", "cuDNN tries its algorithms", "Does trying pay?", {"cudnn_benchmark": True}, gpu=True),
    _row("pin_memory", "pinned batches", "Do pinned copies pay?", {"pin_memory": True}, gpu=True),
    _row("channels_last", "channels last", "Does the layout matter?", {"channels_last": True}),
    _row("fused", "fused optimizer", "What do the optimizer's calls cost?", {"fused": True}),
    _row("batch_norm", "batch normalisation at batch 4", "What does it cost, in time and accuracy?",
         {"net": "textbook_norm"}),
    _row("learning_rate", "ten times the learning rate", "Is it the recipe? (no change of speed is expected)",
         {"lr": 0.01}, presets=(FULL,)),
    _row("wide", "32 and 64 channels", "What does a wider net cost, and bring?", {"net": "wide"}),
    _row("wider", "64 and 128 channels", "What does a still wider net cost?", {"net": "wider"}, presets=(FULL,)),
    _row("wide_batch_128", "32 and 64 channels, batch 128", "Does the wider net need the larger batch?",
         {"net": "wide", "batch": 128}, presets=(FULL,)),
    _row("compile", "torch.compile", "Does compiling pay, and when?", {"compile": True}, compiler=True,
         presets=(FULL,)),
    _row("memory_batch_128", "data in memory, batch 128, fused", "What do the changes bring together?",
         {"data": "memory", "batch": 128, "fused": True, "read_loss_every": 0}),
    _row("tuned_long", "everything, mirrored and shifted images, 3 epochs", "How far in three epochs?",
         {**TUNED, "lr": 0.4, "augment": "flip_shift"}, epochs=3.0, presets=(FULL,)),
    _loader(0, None, BOTH), _loader(2, None, BOTH), _loader(4, None),
    _loader(0, "affine"), _loader(2, "affine"), _loader(4, "affine"),
    _sync(10), _sync(100, BOTH), _sync(200), _sync(1000), _sync(0, BOTH), _sync_net(100), _sync_net(0),
    Experiment(
        name="memory.textbook", kind="memory", changes="the batch, doubled", held="the textbook's net",
        question="How does memory grow, and which batch is the largest?", settings=IN_MEMORY,
    ),
    Experiment(
        name="memory.wide", kind="memory", changes="the batch, doubled", held="the net with 32 and 64 channels",
        question="How does memory grow, and which batch is the largest?", settings={**IN_MEMORY, "net": "wide"},
        presets=(FULL,),
    ),
)  # fmt: skip
