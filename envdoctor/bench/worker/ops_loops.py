"""How long loops in Python take for what the operators do: measured on small pictures, reckoned for large ones."""

from __future__ import annotations

import time
from typing import Any

import torch

from . import operators as written
from .refused import Failed

SHAPES = {"pool": (32, 6, 28, 28), "convolution": (32, 3, 32, 32)}
"""As LeNet meets them, with 32 images."""
KERNEL = (6, 3, 5, 5)
SMALL = {
    "pool": ((1, 1, 8, 8), (1, 2, 12, 12), (2, 3, 14, 14)),
    "convolution": ((1, 3, 8, 8), (1, 3, 12, 12), (2, 3, 12, 12)),
}
TRIES = 3
TOLERANCE = 1e-4


def timed(which: str, operators: Any, device: str) -> dict[str, Any]:
    """Return the loop's time on small pictures, what it would take on large ones, and the ratio to the operator.

    Raises:
        Failed: loop and operator do not agree.
    """
    rows = [_row(which, operators, shape, device) for shape in SMALL[which]]
    per_number = sorted(row["loop_seconds"] / row["outputs"] for row in rows)[len(rows) // 2]
    large = SHAPES[which]
    outputs = _outputs(which, large)
    mine = _operator_seconds(which, operators, large, device)
    return {
        "loop": "backward of the pool" if which == "pool" else "forward of the convolution",
        "loop_rows": rows, "loop_largest_measured_outputs": rows[-1]["outputs"], "outputs": outputs,
        "loop_extrapolated_seconds": per_number * outputs, "operator_seconds": mine,
        "loop_extrapolated_over_operator": per_number * outputs / mine,
    }  # fmt: skip


def _outputs(which: str, shape: tuple[int, ...]) -> int:
    images, channels, height, width = shape
    if which == "pool":
        return images * channels * (height // 2) * (width // 2)
    return images * KERNEL[0] * (height - KERNEL[2] + 1) * (width - KERNEL[3] + 1)


def _row(which: str, operators: Any, shape: tuple[int, ...], device: str) -> dict[str, Any]:
    image = torch.randn(shape, device=device)
    kernel = torch.randn(KERNEL, device=device)
    if which == "pool":
        gradient = torch.randn(shape[0], shape[1], shape[2] // 2, shape[3] // 2, device=device)
        began = time.perf_counter()
        slow = written.loop_pool_backward(gradient, image, 2)
        seconds = time.perf_counter() - began
        pixels = image.clone().requires_grad_()
        torch.autograd.backward(operators.pool(pixels, 2, 2), gradient)
        fast = pixels.grad
    else:
        began = time.perf_counter()
        slow = written.loop_convolution(image, kernel)
        seconds = time.perf_counter() - began
        fast = operators.convolution(image, kernel)
    if fast is None or not torch.allclose(slow, fast, rtol=TOLERANCE, atol=TOLERANCE):
        raise Failed("the operator and a loop in Python do not agree on a picture of %s" % "x".join(map(str, shape)))
    return {"shape": list(shape), "outputs": _outputs(which, shape), "loop_seconds": seconds}


def _operator_seconds(which: str, operators: Any, shape: tuple[int, ...], device: str) -> float:
    """Return the best of some tries of what the loop does, on the large pictures."""
    image = torch.randn(shape, device=device, requires_grad=True)
    kernel = torch.randn(KERNEL, device=device)
    samples = []
    for _ in range(TRIES + 1):
        out = operators.pool(image, 2, 2) if which == "pool" else None
        _wait(device)
        began = time.perf_counter()
        if out is not None:
            torch.autograd.backward(out, torch.ones_like(out))
        else:
            operators.convolution(image.detach(), kernel)
        _wait(device)
        samples.append(time.perf_counter() - began)
    return min(samples[1:])


def _wait(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize(device)
