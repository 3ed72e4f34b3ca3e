"""The experiments, one list: what each changes, what it holds still, and which question it answers."""

from __future__ import annotations

from typing import Any

import msgspec

TEXTBOOK: dict[str, Any] = {}
"""The reference: the recipe of PyTorch's CIFAR-10 tutorial. Its values stand in `worker/recipe.py`, DEFAULTS."""
TUNED: dict[str, Any] = {
    "net": "patches_128", "data": "memory", "batch": 256, "amp": "auto", "channels_last": True, "optimizer": "muon",
    "kernel_lr": 0.24, "kernel_momentum": 0.6, "head_lr": 0.1, "lr": 0.05, "momentum": 0.85, "schedule": "triangle",
    "label_smoothing": 0.1, "read_loss_every": 0,
}  # fmt: skip
"""Our own recipe: the textbook's accuracy in a third of an epoch. Its rates were chosen on 5,000 images of CIFAR-10's
training set that were kept back from training, not on test images."""
TUNED_WIDE: dict[str, Any] = {
    **TUNED, "net": "patches_256", "kernel_lr": 0.2, "kernel_momentum": 0.7, "augment": "flip", "test_flip": True,
}  # fmt: skip
TUNED_FINE: dict[str, Any] = {**TUNED, "net": "patches_fine", "augment": "flip_shift", "test_flip": True}
"""For the accuracies that the small net does not reach."""
IRIS: dict[str, Any] = {"net": "iris_mlp", "data": "memory", "lr": 0.01, "momentum": 0.0}
IN_MEMORY: dict[str, Any] = {"data": "memory", "read_loss_every": 0}
SHARED: dict[str, Any] = {**IN_MEMORY, "batch": 128, "workers": 0, "lr": 0.05}
"""What several processes share: 128 images a step in all, however many there are."""
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
    """What the worker does: `compare`, `loader`, `memory`, `machine`, `fit`, `crossover`, `parallel`, `ops`."""
    gpu: bool = False
    """Makes sense on a GPU only."""
    compiler: bool = False
    """Needs a C++ compiler, and time for it."""
    cpus: int = 0
    """Left out where fewer CPUs may be used, unless it is asked for by name."""
    epochs: float | None = None
    """Its own length of training; None: what `--epochs` says."""
    images_per_second: float | None = None
    """Of its training on two slow cores, where that is far from the other experiments'."""
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


def _tuned(name: str, changes: str, question: str, settings: dict[str, Any], **more: Any) -> Experiment:
    """Describe a row of the ladder that is compared with the textbook as a whole."""
    return Experiment(
        name=f"ladder.{name}", changes=changes, held="the images", question=question, settings=settings,
        reference=TEXTBOOK, **more,
    )  # fmt: skip


def _beside(name: str, changes: str, question: str, settings: dict[str, Any], held: str, **more: Any) -> Experiment:
    """Describe a row of the ladder that changes one thing beside others that both sides have."""
    both = {**more.pop("both")}
    return Experiment(
        name=f"ladder.{name}", changes=changes, held=held, question=question, settings={**both, **settings},
        reference=both, **more,
    )  # fmt: skip


def _workers(count: int) -> Experiment:
    """Describe a row with more loader processes than the textbook's two, for machines with so many CPUs."""
    return _row(f"workers_{count}", f"{count} loader processes", "Do still more loader processes help?",
                {"workers": count}, presets=(FULL,), cpus=count)  # fmt: skip


def _batch(size: int) -> Experiment:
    return _row(f"batch_{size}", f"batch {size}", "Where does a larger batch stop to pay?", {"batch": size},
                presets=(FULL,))  # fmt: skip


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


def _fit(net: str, presets: tuple[str, ...] = BOTH) -> Experiment:
    return Experiment(
        name=f"fit.{net}",
        changes="the batch, 1 to 256",
        held=f"the net {net!r}, random images, 1 thread, no loader",
        question="What does a step cost whatever its batch, and what does each image add?",
        settings={"net": net},
        kind="fit",
        presets=presets,
    )


def _parallel(name: str, changes: str, question: str, settings: dict[str, Any], **more: Any) -> Experiment:
    """Describe a comparison with one process."""
    return Experiment(
        name=f"parallel.{name}", kind="parallel", changes=changes, question=question,
        held="net, images and their order, images per step in all, loader; each thread has a CPU",
        settings={**SHARED, **settings}, **{"presets": (FULL,), **more},
    )  # fmt: skip


def _operator(operator: str, what: str) -> Experiment:
    return Experiment(
        name=f"ops.{operator}", kind="ops", changes=f"a {what} written by hand", held="32 images, as LeNet meets them",
        question="How far is it from torch's own, and how far ahead of a loop in Python?",
        settings={"ops": "speed", "operator": operator}, presets=(FULL,),
    )  # fmt: skip


def _own_net(net: str, what: str) -> Experiment:
    return Experiment(
        name=f"ops.net_{net}", kind="ops", changes="operators written by hand", held=f"{what}, batch 32",
        question="Does a net learn with them, and what do they cost?",
        settings={"ops": "net", "net": net, "batch": 32, "lr": 0.02, "momentum": 0.9}, epochs=0.1, presets=(FULL,),
    )  # fmt: skip


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
    _tuned("tuned", "everything", "What can this machine do?", TUNED, epochs=0.32),
    _row("batch_32", "batch 32", "Does a larger batch pay?", {"batch": 32}),
    _row("batch_128", "batch 128", "Does a much larger batch pay?", {"batch": 128}, presets=(FULL,)),
    _batch(16), _batch(64), _batch(256), _batch(512),
    _row("workers_0", "the training process loads", "Are loader processes worth their hand-over?", {"workers": 0}),
    _row("workers_4", "4 loader processes", "Do more loader processes help?", {"workers": 4}, presets=(FULL,)),
    _workers(6), _workers(8), _workers(12), _workers(16), _workers(24), _workers(32), _workers(48), _workers(64),
    _row("prefetch_8", "each loader process is 8 batches ahead, not 2", "Does a longer queue smooth the loader?",
         {"prefetch_factor": 8}, presets=(FULL,)),
    _beside("workers_started_anew", "loader processes are started anew for each epoch",
            "What does it cost not to keep the loader's processes?", {"persistent_workers": False},
            "512 images, so that an epoch is 128 steps; else the textbook", both={"images": 512}, presets=(FULL,)),
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
    _row("rate_with_batch", "batch 128, the learning rate 32 times, as the batch",
         "Does the rate that grows with the batch keep the accuracy?", {"batch": 128, "lr": 0.032}, presets=(FULL,)),
    _row("schedule", "ten times the learning rate, up and down to zero",
         "What does a schedule bring? (no change of speed is expected)", {"lr": 0.01, "schedule": "triangle"},
         presets=(FULL,)),
    _row("wide", "32 and 64 channels", "What does a wider net cost, and bring?", {"net": "wide"}),
    _row("wider", "64 and 128 channels", "What does a still wider net cost?", {"net": "wider"}, presets=(FULL,)),
    _row("wide_batch_128", "32 and 64 channels, batch 128", "Does the wider net need the larger batch?",
         {"net": "wide", "batch": 128}, presets=(FULL,)),
    _row("compile", "torch.compile", "Does compiling pay, and when?", {"compile": True}, compiler=True,
         presets=(FULL,)),
    _row("memory_batch_128", "data in memory, batch 128, fused", "What do the changes bring together?",
         {"data": "memory", "batch": 128, "fused": True, "read_loss_every": 0}),
    _row("memory_batch_128_amp", "data in memory, batch 128, bf16 autocast, channels last",
         "And with half the precision?", {**IN_MEMORY, "batch": 128, "amp": "bf16", "channels_last": True},
         presets=(FULL,)),
    _row("memory_batch_128_all",
         "the same, bf16 only where it pays, fused, and the learning rate 32 times, up and down",
         "How far does the textbook's net come with everything but another net?",
         {**IN_MEMORY, "batch": 128, "amp": "auto", "channels_last": True, "fused": True, "lr": 0.032,
          "schedule": "triangle"}, presets=(FULL,)),
    _row("wide_memory_batch_128",
         "32 and 64 channels, data in memory, batch 128, bf16 where it pays, channels last, fused",
         "What does a net with more arithmetic gain from all of it?",
         {**IN_MEMORY, "net": "wide", "batch": 128, "amp": "auto", "channels_last": True, "fused": True},
         presets=(FULL,)),
    _row("loader_batch_128_pinned", "batch 128, pinned batches, TF32, cuDNN tries its algorithms",
         "How far without moving the data to the GPU?",
         {"batch": 128, "pin_memory": True, "tf32": True, "cudnn_benchmark": True, "read_loss_every": 0},
         gpu=True, presets=(FULL,)),
    _beside("cuda_graph", "a whole step is one CUDA graph", "What does launching each kernel by itself cost?",
            {"graph": True}, "data in memory, the loss never read; else the textbook", both=IN_MEMORY, gpu=True),
    _beside("cuda_graph_batch_128", "a whole step is one CUDA graph", "And where each kernel has more to do?",
            {"graph": True}, "data in memory, batch 128, bf16 autocast, channels last, fused; the loss never read",
            both={**IN_MEMORY, "batch": 128, "amp": "bf16", "channels_last": True, "fused": True}, gpu=True,
            presets=(FULL,)),
    _tuned("tuned_75", "everything: as tuned, a wider last block, mirrored images, 1.4 epochs",
           "What does 75 % of CIFAR-10 cost?", TUNED_WIDE, epochs=1.4, presets=(FULL,)),
    _tuned("tuned_80", "everything: as tuned, a finer stem, six convolutions, mirrored and shifted images, 1.7 epochs",
           "What does 80 % of CIFAR-10 cost?", TUNED_FINE, epochs=1.7, images_per_second=500.0, presets=(FULL,)),
    _tuned("tuned_85", "everything: as tuned_80, 3.7 epochs", "What does 85 % of CIFAR-10 cost?", TUNED_FINE,
           epochs=3.7, images_per_second=500.0, presets=(FULL,)),
    _loader(0, None, BOTH), _loader(2, None, BOTH), _loader(4, None),
    _loader(0, "affine"), _loader(2, "affine"), _loader(4, "affine"),
    _sync(10), _sync(100, BOTH), _sync(200), _sync(1000), _sync(0, BOTH), _sync_net(100), _sync_net(0),
    _fit("textbook"), _fit("wide"),
    Experiment(
        name="crossover.map", kind="crossover",
        changes="batch 1 to 256, three nets, threads or device", held="random images, no loader",
        question="From which batch and width on is the GPU faster than the CPU, and several threads than one?",
        settings={"threads": "default"},
    ),
    Experiment(
        name="memory.textbook", kind="memory", changes="the batch, doubled", held="the textbook's net",
        question="How does memory grow, and which batch is the largest?", settings=IN_MEMORY,
    ),
    Experiment(
        name="memory.wide", kind="memory", changes="the batch, doubled", held="the net with 32 and 64 channels",
        question="How does memory grow, and which batch is the largest?", settings={**IN_MEMORY, "net": "wide"},
        presets=(FULL,),
    ),
    _parallel("ddp_2", "2 processes (DDP)", "Do two processes beat one, and learn the same?", {"processes": 2},
              epochs=0.1, presets=BOTH),
    _parallel("ddp_1", "1 process, as DDP", "What does the wrapper alone cost?", {"processes": 1}),
    _parallel("ddp_2_loader", "2 processes (DDP), each with a loader process", "And with a loader, held equal?",
              {"processes": 2, "data": "loader", "workers": 1, "augment": "affine"}),
    _parallel("ddp_all", "a process for each GPU (DDP)", "Do all GPUs together pay?",
              {"processes": "all", "net": "wider", "batch": 1024}, epochs=1.0, gpu=True),
    _parallel("data_parallel", "DataParallel on all GPUs", "Is it as slow as they say?",
              {"processes": 1, "wrap": "data_parallel", "net": "wider", "batch": 1024}, epochs=1.0, gpu=True),
    _parallel("all_reduce", "4 KiB to 64 MiB", "How fast do two processes add up their gradients?",
              {"processes": 2, "all_reduce": True}),
    Experiment(
        name="ops.build", kind="ops", changes="an extension is built", held="nothing is taken from the cache",
        question="Can this machine build an extension of PyTorch in C++, and is it right?",
        settings={"ops": "build"}, compiler=True,
    ),
    Experiment(
        name="ops.build_cuda", kind="ops", changes="an extension with CUDA is built", held="as above",
        question="Can nvcc build one with CUDA, against this torch?", settings={"ops": "build_cuda"}, compiler=True,
        presets=(FULL,),
    ),
    _operator("pool", "max-pool"), _operator("convolution", "convolution"),
    _own_net("linear", "two linear layers"), _own_net("convolution", "one convolution"), _own_net("lenet", "LeNet"),
)  # fmt: skip
