"""work-each-step: Histograms of all gradients, between the backward pass and the optimizer."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    data = TensorDataset(torch.randn(3000, 60), torch.randint(0, 5, (3000,)))
    model = nn.Sequential(nn.Linear(60, 600), nn.ReLU(), nn.Linear(600, 600), nn.ReLU(), nn.Linear(600, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(1000):
        for x, y in DataLoader(data, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]  # of torch
            for one in model.parameters():
                assert one.grad is not None
                np.histogram(np.asarray(one.grad), bins=64)
            optimizer.step()
