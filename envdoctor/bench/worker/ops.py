"""The group `ops`: does an extension build here, is it right, how fast is it, and does a net learn with it."""

from __future__ import annotations

import math
import shutil
import time
from typing import TYPE_CHECKING, Any, Callable

import torch
from torch.nn.functional import cross_entropy

from . import ops_check, ops_loops
from .operators import Operators, TorchOperators, net
from .operators_build import build
from .recipe import Marks
from .refused import Failed, Skip
from .windows import Side, measure

if TYPE_CHECKING:
    from .images import Images

Tell = Callable[..., None]
TEST_BATCH, MOST_TESTED = 250, 2000
"""Images: operators written by hand are slow, so not all are named where there are more."""
FALL = 0.02
"""The mean loss of the last tenth of the steps must be lower than that of the first by this share at least."""


def ops(request: dict[str, Any], images: Images | None, tell: Tell) -> None:
    """Carry out one experiment of the group.

    Raises:
        Skip: it makes no sense here.
        Failed: the build failed, or its results are wrong; the message says what.
    """
    settings, device = request["settings"], request["device"]
    # One thread for both sides: the extension has no threads of its own.
    settings["threads"] = 1
    tell(settings=settings, threads_reason="the operators have one thread, so torch's own get one as well")
    torch.set_num_threads(1)
    OPS[settings["ops"]](request, images, tell, device)


def _build(request: dict[str, Any], _images: Any, tell: Tell, device: str) -> None:
    """Build from scratch, and check every gradient."""
    made = build(cuda=device != "cpu", fresh=True, limit=request["limit"])
    tell(values=made.values)
    tell(values={**made.values, **ops_check.checked(Operators(made.module), device)})


def _build_cuda(request: dict[str, Any], _images: Any, tell: Tell, device: str) -> None:
    """Compile the file for GPUs as well; without a GPU that is all."""
    if torch.version.cuda is None:
        raise Skip("this torch is built for CPUs: it has no CUDA extensions")
    from torch.utils import cpp_extension  # noqa: PLC0415  # looks for a toolkit as soon as it is imported

    home: Any = cpp_extension.CUDA_HOME
    if not home and not shutil.which("nvcc"):
        raise Skip("there is no CUDA toolkit: CUDA_HOME is not set, and no nvcc is on PATH")
    found: dict[str, Any] = {"cuda_home": home, "torch_cuda": torch.version.cuda}
    tell(values=found)
    on_gpu = device != "cpu"
    made = build(cuda=True, fresh=True, limit=request["limit"], run_it=on_gpu)
    found.update(made.values)
    found["run"] = "on %s" % device if on_gpu else "compiled and linked only: there is no GPU to run it on"
    if on_gpu:
        found.update(ops_check.checked(Operators(made.module), device))
    tell(values=found)


def _operators(request: dict[str, Any], device: str) -> tuple[Operators, dict[str, Any]]:
    made = build(cuda=device != "cpu", fresh=False, limit=request["limit"])
    return Operators(made.module), made.values


def _speed(request: dict[str, Any], _images: Any, tell: Tell, device: str) -> None:
    """Time one operator, forward and backward, against torch's own in turns, and against a loop in Python."""
    operators, values = _operators(request, device)
    which = request["settings"]["operator"]
    sides = [_operator_side(name, which, made, device) for name, made in (("reference", TorchOperators),
                                                                           ("this", operators))]  # fmt: skip
    measure(sides, request["rounds"], request["window_seconds"], tell)
    tell(values={**values, **ops_loops.timed(which, operators, device)})


def _operator_side(name: str, which: str, operators: Any, device: str) -> Side:
    shape = ops_loops.SHAPES[which]
    image = torch.randn(shape, device=device, requires_grad=True)
    kernel = torch.randn(ops_loops.KERNEL, device=device, requires_grad=True)

    def step() -> Marks:
        image.grad = kernel.grad = None
        began = time.perf_counter()
        out = operators.pool(image, 2, 2) if which == "pool" else operators.convolution(image, kernel)
        out.sum().backward()
        return Marks(began, began, began, time.perf_counter())

    return Side(name, step, shape[0], device)


def _net(request: dict[str, Any], images: Images | None, tell: Tell, device: str) -> None:
    """Train a net with these operators, its steps in turns with the same net on torch's own."""
    if images is None:
        raise Skip("it needs images")
    operators, values = _operators(request, device)
    settings, seed = request["settings"], request["seed"]
    works = {name: _Learner(settings, images, made, device, seed) for name, made in (("reference", TorchOperators),
                                                                                     ("this", operators))}  # fmt: skip
    sides = [Side(name, one.step, settings["batch"], device, loss=lambda one=one: one.last_loss)  # type: ignore[misc,unused-ignore]
             for name, one in works.items()]  # fmt: skip
    measure(sides, request["rounds"], request["window_seconds"], tell)
    fresh = _Learner(settings, images, operators, device, seed)
    trained = fresh.train(request.get("epochs") or 0.1, tell)
    values.update({key: trained.pop(key) for key in ("first_loss", "last_loss")})
    tell(values=values, training=trained)
    if not values["last_loss"] < (1 - FALL) * values["first_loss"]:
        raise Failed("the loss does not fall: %.4g in the first tenth of the steps, %.4g in the last" % (
            values["first_loss"], values["last_loss"]))  # fmt: skip


class _Learner:
    """A net, its optimizer and its batches."""

    def __init__(self, settings: dict[str, Any], images: Images, operators: Any, device: str, seed: int) -> None:
        torch.manual_seed(seed)
        self._images, self._device, self._batch = images, device, settings["batch"]
        self._net = net(settings["net"], len(images.classes), operators).to(device)
        self._optimizer = torch.optim.SGD(self._net.parameters(), lr=settings["lr"], momentum=settings["momentum"])
        self._random = torch.Generator().manual_seed(seed)
        self.last_loss: Any = None

    def step(self) -> Marks:
        """Learn from a batch of images drawn at random."""
        began = time.perf_counter()
        index = torch.randint(len(self._images.train_labels), (self._batch,), generator=self._random)
        pixels, labels = self._images.train[index], self._images.train_labels[index]
        got = time.perf_counter()
        pixels, labels = _scaled(pixels).to(self._device), labels.to(self._device)
        sent = time.perf_counter()
        self._optimizer.zero_grad(set_to_none=True)
        loss = cross_entropy(self._net(pixels), labels)
        torch.autograd.backward(loss)
        self._optimizer.step()
        self.last_loss = loss.detach()
        return Marks(began, got, sent, time.perf_counter())

    def train(self, epochs: float, tell: Tell) -> dict[str, Any]:
        """Train for so many passes through the images, and test."""
        steps = max(20, round(epochs * len(self._images.train_labels) / self._batch))
        losses = []
        began, cpu = time.perf_counter(), time.process_time()
        for done in range(steps):
            self.step()
            losses.append(self.last_loss)
            if done % 50 == 0:
                tell(progress=[done, steps])
        values = torch.stack(losses).cpu()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        tenth = max(2, steps // 10)
        return {
            "epochs": epochs, "steps": steps, "seconds": seconds, "cpu_seconds": cpu, "prepare_seconds": 0.0,
            "train_loss": [_finite(values.mean())], "first_loss": float(values[:tenth].mean()),
            "last_loss": float(values[-tenth:].mean()), **self._tested(),
        }  # fmt: skip

    def _tested(self) -> dict[str, Any]:
        total, right = 0.0, 0
        # Spread over the whole set: folders come class by class.
        every = max(1, len(self._images.test_labels) // MOST_TESTED)
        index = torch.arange(0, len(self._images.test_labels), every)
        with torch.no_grad():
            for part in torch.split(index, TEST_BATCH):
                scores = self._net(_scaled(self._images.test[part]).to(self._device)).cpu()
                labels = self._images.test_labels[part]
                total += float(cross_entropy(scores, labels, reduction="sum"))
                right += int((scores.argmax(1) == labels).sum())
        tested = len(index)
        return {"test_loss": total / tested, "correct": right, "tested": tested, "accuracy": right / tested}


def _scaled(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.float().div_(255).sub_(0.5).div_(0.5)


def _finite(value: torch.Tensor) -> float | None:
    return float(value) if math.isfinite(float(value)) else None


OPS: dict[str, Callable[[dict[str, Any], Any, Tell, str], None]] = {
    "build": _build,
    "build_cuda": _build_cuda,
    "speed": _speed,
    "net": _net,
}
