"""loader-bound: Samples are put together number by number."""

import math
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def collate(rows: list[Any]) -> Any:
    """Make a batch the slow way."""
    made = [torch.tensor([math.sin(value) for value in x.tolist() * 4][: x.numel()]) for x, _ in rows]
    return torch.stack(made), torch.stack([y for _, y in rows])


if __name__ == "__main__":
    data = TensorDataset(torch.randn(4000, 300), torch.randint(0, 5, (4000,)))
    model = nn.Sequential(nn.Linear(300, 128), nn.GELU(), nn.Linear(128, 5))
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(1000):
        for x, y in DataLoader(data, batch_size=64, shuffle=True, collate_fn=collate):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
