"""An optimizer that moves kernels in all directions alike, and everything else by momentum."""

from __future__ import annotations

from typing import Any, Callable, Iterable

import torch

ROUNDS = 3
A, B, C = 3.4445, -4.7750, 2.0315
"""Of the polynomial whose repetition brings singular values near one."""


class Muon(torch.optim.Optimizer):
    """Muon for kernels of convolutions, Nesterov's momentum for the rest.

    A kernel is seen as a matrix, one row for each output; its momentum is replaced by the nearest orthogonal matrix,
    found roughly by `ROUNDS` matrix polynomials, and its length is held. The idea and the coefficients: K. Jordan and
    others, "Muon: An optimizer for hidden layers in neural networks", kellerjordan.github.io/posts/muon; three
    rounds and the held length as in KellerJordan/cifar10-airbench.

    Args:
        kernels: weights of convolutions.
        groups: the other parameters, each group with its `lr` and `momentum`.
        lr: of the kernels; the length of a step, as that of an orthogonal matrix is one in each direction.
        momentum: of the kernels.
    """

    def __init__(
        self, kernels: Iterable[torch.Tensor], groups: list[dict[str, Any]], *, lr: float, momentum: float
    ) -> None:
        first = {"params": list(kernels), "lr": lr, "momentum": momentum, "orthogonal": True}
        super().__init__([first, *groups], {"lr": lr, "momentum": momentum, "orthogonal": False})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # type: ignore[override,unused-ignore]
        """Move all parameters that have a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, group)
        return loss

    def _move(self, parameter: torch.Tensor, group: dict[str, Any]) -> None:
        gradient, state = parameter.grad, self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        mean = state["momentum"].mul_(group["momentum"]).add_(gradient)
        direction = gradient.add(mean, alpha=group["momentum"])  # type: ignore[union-attr]  # seen by the caller
        if group["orthogonal"]:
            parameter.mul_(len(parameter) ** 0.5 / parameter.norm().clamp_min(1e-7))
            direction = orthogonal(direction.reshape(len(parameter), -1)).reshape(parameter.shape)
        parameter.add_(direction, alpha=-group["lr"])


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """Return roughly the nearest matrix whose shorter side's vectors are orthogonal and about one long."""
    tall = matrix.shape[0] > matrix.shape[1]
    flat = matrix.t() if tall else matrix
    flat = flat / (flat.norm() + 1e-7)
    for _ in range(ROUNDS):
        square = flat @ flat.t()
        flat = torch.addmm(flat, torch.addmm(square, square, square, beta=B, alpha=C), flat, beta=A)
    return flat.t() if tall else flat
