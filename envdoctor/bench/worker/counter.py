"""Looks closely at one step: its operators, the rows that its layers are given, and where its forward passes begin."""

from __future__ import annotations

import sys
from typing import Any, Callable

import torch
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.utils._python_dispatch import TorchDispatchMode

GIVEN = {"addmm": 1, "mm": 0, "linear": 0, "convolution": 0, "convolution_overrideable": 0, "embedding": 1}
"""Operator of a layer → the place of what it is given among its arguments; its first dimension has the samples."""


class Counter(TorchDispatchMode):  # type: ignore[no-untyped-call,unused-ignore]  # of torch
    """Counts the operators of one step, and lets them run.

    Args:
        on_forward: told each frame that calls a module whose weights are learnt.
    """

    def __init__(self, on_forward: Callable[[Any], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call,unused-ignore]  # same
        self.count = 0
        self._rows = []  # type: list[int]
        self._on_forward = on_forward
        self._hook = None  # type: Any

    def __enter__(self) -> Any:
        """Begin."""
        # For all modules, and so for one step only: it costs each of them a call.
        self._hook = register_module_forward_pre_hook(self._before_forward)
        return super().__enter__()  # type: ignore[no-untyped-call,unused-ignore]  # same

    def __exit__(self, *rest: object) -> None:
        """End."""
        super().__exit__(*rest)  # type: ignore[no-untyped-call,unused-ignore]  # same
        self._hook.remove()

    def _before_forward(self, module: torch.nn.Module, _given: Any) -> None:
        if torch.is_grad_enabled() and any(one.requires_grad for one in module.parameters()):
            self._on_forward(sys._getframe(1))  # noqa: SLF001  # who calls it

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count one and let it run."""
        del types
        self.count += 1
        # Gradients are recorded in the forward pass alone: not in the backward pass, nor where weights are moved.
        place = GIVEN.get(func.overloadpacket.__name__) if torch.is_grad_enabled() else None
        if place is not None and len(args) > place and isinstance(args[place], torch.Tensor) and args[place].dim():
            self._rows.append(int(args[place].shape[0]))
        return func(*args, **(kwargs or {}))

    def rows(self) -> dict[str, int] | None:
        """Return the fewest and the most rows that a layer was given; None: there was no such layer."""
        return {"least": min(self._rows), "most": max(self._rows)} if self._rows else None
