"""sync-each-step: The norm of the gradients is added up in Python, number by number."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    data = TensorDataset(torch.randn(4000, 64), torch.randn(4000, 8))
    model = nn.Sequential(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 8))
    optimizer = torch.optim.Adam(model.parameters())
    norms = []
    for _ in range(1000):
        for x, y in DataLoader(data, batch_size=16, shuffle=True):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()  # type: ignore[no-untyped-call]  # of torch
            total = 0.0
            for one in model.parameters():
                assert one.grad is not None
                for value in one.grad.detach().cpu().flatten()[:300]:
                    total += float(value) ** 2
            norms.append(total**0.5)
            optimizer.step()
