"""work-each-step: The weights are copied three times after every step."""

import copy
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    data = TensorDataset(torch.randn(3000, 60), torch.randint(0, 5, (3000,)))
    model = nn.Sequential(nn.Linear(60, 1000), nn.ReLU(), nn.Linear(1000, 1000), nn.ReLU(), nn.Linear(1000, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    best: list[Any] = []
    for _ in range(1000):
        for x, y in DataLoader(data, batch_size=16, shuffle=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
            best = [copy.deepcopy(model.state_dict()) for _ in range(3)]
