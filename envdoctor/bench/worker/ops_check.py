"""Asks whether the hand-written operators are right: gradients against differences, results against torch's own."""

from __future__ import annotations

from typing import Any

import torch

from .operators import TorchOperators
from .refused import Failed

DOUBLE, SINGLE = 1e-10, 1e-4
"""Largest difference from torch's own, relative to the largest element, in either precision."""
POOLS = ((2, 2), (3, 1), (3, 2))
"""Window and stride: apart, overlapping, and with pixels that no window covers."""
CONVOLUTIONS = ((1, 0), (1, 2), (2, 1))
"""Stride and padding."""


def checked(operators: Any, device: str) -> dict[str, Any]:
    """Return what was checked and how far results are from torch's own.

    Raises:
        Failed: a gradient or a result is wrong.
    """
    torch.manual_seed(0)
    number = 0
    for window, stride in POOLS:
        # No two pixels are equal, or nearly: there the largest has no derivative.
        image = torch.randperm(2 * 3 * 7 * 6).double().view(2, 3, 7, 6).div(10).to(device).requires_grad_()
        number += _gradient("max-pool %dx%d, stride %d" % (window, window, stride),
                            lambda x, w=window, s=stride: operators.pool(x, w, s), (image,))  # fmt: skip
    for stride, padding in CONVOLUTIONS:
        image = torch.randn(2, 3, 6, 5, dtype=torch.double, device=device, requires_grad=True)
        kernel = torch.randn(4, 3, 3, 2, dtype=torch.double, device=device, requires_grad=True)
        number += _gradient("convolution, stride %d, padding %d" % (stride, padding),
                            lambda x, k, s=stride, p=padding: operators.convolution(x, k, stride=s, padding=p),
                            (image, kernel))  # fmt: skip
    found: dict[str, Any] = {"gradients_checked": number}
    for name, kind, tolerance in (("float64", torch.double, DOUBLE), ("float32", torch.float, SINGLE)):
        difference = max(_compared(operators, kind, device))
        found["%s_differs_by" % name] = difference
        if not difference <= tolerance:
            raise Failed("results differ from torch's own by %.3g in %s; at most %.0g is rounding" % (
                difference, name, tolerance))  # fmt: skip
    return found


def _gradient(what: str, call: Any, inputs: tuple[torch.Tensor, ...]) -> int:
    try:
        torch.autograd.gradcheck(call, inputs)
    except RuntimeError as error:
        raise Failed("the gradient of %s is wrong: %s" % (what, " ".join(str(error).split())[:200])) from None
    return 1


def _compared(operators: Any, kind: torch.dtype, device: str) -> list[float]:
    """Return relative differences of outputs and gradients on images of the size of a training's."""
    image = torch.randn(4, 3, 19, 22, dtype=kind, device=device)
    kernel = torch.randn(5, 3, 5, 4, dtype=kind, device=device)
    cases = [(lambda o, x, k, w=w, s=s: o.pool(x, w, s) + 0 * k.sum()) for w, s in POOLS]  # type: ignore[misc,unused-ignore]
    cases += [(lambda o, x, k, s=s, p=p: o.convolution(x, k, stride=s, padding=p)) for s, p in CONVOLUTIONS]  # type: ignore[misc,unused-ignore]
    differences = []
    for case in cases:
        mine, theirs = (_passed(case, one, image, kernel) for one in (operators, TorchOperators))
        for a, b in zip(mine, theirs):
            differences.append(float((a - b).abs().max() / b.abs().max().clamp_min(1e-30)))
    return differences


def _passed(case: Any, operators: Any, image: torch.Tensor, kernel: torch.Tensor) -> list[torch.Tensor]:
    pixels, weights = image.clone().requires_grad_(), kernel.clone().requires_grad_()
    out = case(operators, pixels, weights)
    torch.manual_seed(1)
    torch.autograd.backward(out, torch.randn_like(out))
    grads = [one.grad for one in (pixels, weights) if one.grad is not None]
    return [out.detach(), *grads]
