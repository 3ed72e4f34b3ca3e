"""Nets, data and a training loop that the workloads share. It is sound by itself."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(0)
EPOCHS = 1000
"""More than anybody watches: the observer ends the script."""


class Images(Dataset[Any]):
    """Random images whose class shows in their mean."""

    def __init__(self, count: int = 2000, size: int = 32, change: Callable[[Any], Any] | None = None) -> None:
        self.y = torch.arange(count) % 10
        self.x = torch.randn(count, 3, size, size) * 0.3 + self.y.view(-1, 1, 1, 1) / 5
        self.change = change

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, at: int) -> tuple[Any, Any]:
        return (self.x[at] if self.change is None else self.change(self.x[at])), self.y[at]


def net(width: int = 16, norm: bool = True) -> nn.Sequential:
    """A small convolutional net."""
    return nn.Sequential(
        nn.Conv2d(3, width, 3, padding=1),
        nn.BatchNorm2d(width) if norm else nn.Identity(),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2 * width, 10),
    )


def loader(data: Dataset[Any] | None = None, batch: int = 64, **more: Any) -> DataLoader[Any]:
    """A loader that shuffles."""
    return DataLoader(data or Images(), batch_size=batch, shuffle=True, **more)


def train(
    model: nn.Module,
    batches: Iterable[Any],
    each: Callable[[int, Any, Any], None] = lambda _step, _out, _loss: None,
    lr: float = 0.02,
    forward: Callable[[Any, Any], tuple[Any, Any]] | None = None,
) -> None:
    """Train for long; `each` is called after every step."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    step = 0
    for _ in range(EPOCHS):
        for x, y in batches:
            optimizer.zero_grad()
            if forward is None:
                out = model(x)
                loss = criterion(out, y)
            else:
                out, loss = forward(x, y)
            loss.backward()
            optimizer.step()
            each(step, out, loss)
            step += 1
