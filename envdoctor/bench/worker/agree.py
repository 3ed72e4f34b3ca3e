"""Does a device compute what it should? One forward and backward pass, compared tensor by tensor.

The reference is float64 on the CPU: other kernels than float32's (oneDNN and cuDNN have none for it
on a CPU), with 29 bits more. So the comparison says something on a machine without a GPU as well.
"""

from __future__ import annotations

import contextlib
import copy
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 32


def compare(net: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor, device: str) -> list[dict[str, Any]]:
    """Compare a device's float32 with float64 on the CPU, and a GPU's with float32 on the CPU too."""
    with _full_float32():
        exact = _pass(net, images.double(), labels, "cpu")
        plain = _pass(net, images, labels, "cpu")
        if device == "cpu":
            return [_difference("cpu float32", "cpu float64", plain, exact)]
        there = _pass(net, images, labels, device)
    return [
        _difference(f"{device} float32", "cpu float64", there, exact),
        _difference(f"{device} float32", "cpu float32", there, plain),
    ]


@contextlib.contextmanager
def _full_float32() -> Iterator[None]:
    """Switch TF32 off: it keeps 10 bits of each factor, and the difference would be its, not the device's."""
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = cudnn.allow_tf32, matmul.allow_tf32
    cudnn.allow_tf32 = matmul.allow_tf32 = False
    try:
        yield
    finally:
        cudnn.allow_tf32, matmul.allow_tf32 = before


def _pass(net: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor, device: str) -> dict[str, torch.Tensor]:
    """Return outputs, loss and gradients, as float64 on the CPU."""
    copied = copy.deepcopy(net).to(device=device, dtype=images.dtype).train()
    outputs = copied(images.to(device))
    loss = cross_entropy(outputs, labels.to(device))
    torch.autograd.backward(loss)
    tensors = {"outputs": outputs, "loss": loss}
    tensors.update({f"gradient of {name}": p.grad for name, p in copied.named_parameters() if p.grad is not None})
    return {name: tensor.detach().to("cpu", torch.float64) for name, tensor in tensors.items()}


def _difference(
    subject: str, reference: str, got: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]
) -> dict[str, Any]:
    """Return the largest difference of each tensor, relative to the largest element of the reference's."""
    parts = {name: float((got[name] - wanted[name]).abs().max() / wanted[name].abs().max()) for name in wanted}
    backward = {name: part for name, part in parts.items() if name.startswith("gradient")}
    # A value that is no number is the worst of all; max() would pass over it.
    worst = max(parts, key=lambda name: parts[name] if parts[name] == parts[name] else float("inf"))
    return {
        "subject": subject,
        "reference": reference,
        "forward": _worst([parts["outputs"], parts["loss"]]),
        "backward": _worst(list(backward.values())),
        "where": worst,
        "images": len(next(iter(got.values()))),
    }


def _worst(parts: list[float]) -> float:
    return float("nan") if any(part != part for part in parts) else max(parts)  # noqa: PLR0124  # NaN alone
