"""A whole training step as one CUDA graph: the same kernels on the same memory, launched by a single call.

Source: PyTorch's notes on CUDA semantics, "CUDA Graphs", whole-network capture: warm up on a stream aside, capture
forward, backward and the optimizer's step on inputs that stay where they are, then copy each batch there and replay.
"""

from __future__ import annotations

import inspect
from typing import Any, Callable

import torch

from .refused import Skip

WARM_UP = 3

Work = Callable[[], torch.Tensor]


class CudaRecorder:
    """Records work on a GPU."""

    def __init__(self, device: str) -> None:
        self._device = device

    def warm_up(self, work: Work) -> None:
        """Do the work some times aside: libraries choose their algorithms, the optimizer makes its buffers."""
        cuda: Any = torch.cuda
        aside = cuda.Stream(self._device)
        aside.wait_stream(cuda.current_stream(self._device))
        with cuda.stream(aside):
            for _ in range(WARM_UP):
                work()
        cuda.current_stream(self._device).wait_stream(aside)
        cuda.synchronize(self._device)

    def record(self, work: Work) -> tuple[torch.Tensor, Callable[[], None]]:
        """Record the work without doing it; return where its result will be, and what does it."""
        cuda: Any = torch.cuda
        graph = cuda.CUDAGraph()
        # Other threads (that which pins batches) may allocate meanwhile; torch 2.0 cannot be told so.
        told = "capture_error_mode" in inspect.signature(cuda.graph.__init__).parameters
        with cuda.graph(graph, **({"capture_error_mode": "thread_local"} if told else {})):
            result = work()
        return result, graph.replay


class Graphed:
    """A training step that is recorded at its first batch and replayed for all others of the same shape."""

    def __init__(self, trainer: Any, recorder: Any = None) -> None:
        """Prepare.

        Args:
            trainer: has `net`, `optimizer` and `update(pixels, labels)`, which makes a step and returns the loss.
            recorder: has `warm_up` and `record`; None: the GPU's.

        Raises:
            Skip: such a step cannot be recorded.
        """
        settings = trainer.settings
        self._trainer = trainer
        self._recorder = recorder if recorder is not None else CudaRecorder(trainer.device)
        self._replay: Callable[[], None] | None = None
        self._loss: torch.Tensor = torch.empty(0)
        if recorder is None and trainer.device == "cpu":
            raise Skip("CUDA graphs need a GPU")
        if recorder is None and not hasattr(torch.cuda, "CUDAGraph"):
            raise Skip("torch %s has no CUDA graphs" % torch.__version__)
        if getattr(torch.version, "hip", None) and recorder is None:
            raise Skip("CUDA graphs were not tried on AMD's GPUs")
        if settings["amp"] == "fp16":
            raise Skip("the scaling of fp16 gradients decides on the host, which no graph can do")
        if settings["schedule"] != "constant":
            raise Skip("a graph keeps the learning rate with which it was recorded")
        if settings.get("optimizer", "sgd") != "sgd":
            raise Skip("of the optimizers, SGD alone was tried in a graph")
        if settings["compile"]:
            raise Skip("torch.compile makes graphs of its own")

    def __call__(self, pixels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Learn from a batch and return its loss.

        Raises:
            Skip: the step could not be recorded.
        """
        if self._replay is None:
            self._record(pixels, labels)
        if pixels.shape != self._pixels.shape or self._replay is None:
            return self._smaller(pixels, labels)
        self._pixels.copy_(pixels, non_blocking=True)
        self._labels.copy_(labels, non_blocking=True)
        self._replay()
        loss: torch.Tensor = self._loss.clone()  # the next replay writes there
        return loss

    def _smaller(self, pixels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Make the step of an epoch's last batch by hand. The graph's gradients stay its own."""
        loss: torch.Tensor = self._trainer.update(pixels, labels)
        return loss.detach()

    def _record(self, pixels: torch.Tensor, labels: torch.Tensor) -> None:
        self._pixels, self._labels = pixels.clone(), labels.clone()
        tensors = self._tensors()
        before = [tensor.detach().clone() for tensor in tensors]

        def work() -> torch.Tensor:
            loss: torch.Tensor = self._trainer.update(self._pixels, self._labels)
            return loss.detach()

        try:
            self._recorder.warm_up(work)
            # New gradients are made while recording: in memory that belongs to the graph.
            self._trainer.optimizer.zero_grad(set_to_none=True)
            self._loss, self._replay = self._recorder.record(work)
        except RuntimeError as error:
            raise Skip(
                "the step could not be recorded as a CUDA graph: %s" % " ".join(str(error).split())[:300]
            ) from error
        with torch.no_grad():
            for tensor, old in zip(tensors, before):
                tensor.copy_(old)
            for state in self._trainer.optimizer.state.values():
                for value in state.values():
                    if isinstance(value, torch.Tensor):
                        value.zero_()  # no momentum of the steps that only warmed up

    def _tensors(self) -> list[torch.Tensor]:
        net: torch.nn.Module = self._trainer.net
        return [*net.parameters(), *net.buffers()]
