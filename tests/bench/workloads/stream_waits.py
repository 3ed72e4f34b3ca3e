"""loader-bound: A stream that comes over a slow line."""

import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class Stream(IterableDataset[Any]):
    """Endless rows."""

    def __iter__(self) -> Iterator[Any]:
        while True:
            time.sleep(0.002)
            yield torch.randn(20), torch.randn(1)


if __name__ == "__main__":
    model = nn.Sequential(nn.Linear(20, 64), nn.Tanh(), nn.Linear(64, 1))
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
    for x, y in DataLoader(Stream(), batch_size=32):
        optimizer.zero_grad()
        ((model(x) - y) ** 2).mean().backward()
        optimizer.step()
