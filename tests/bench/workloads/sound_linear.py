"""sound: Fully connected layers over large batches, without a loader."""

import torch
from torch import nn

if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(4096, 256)
    y = (x[:, 0] > 0).long()
    model = nn.Sequential(nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(100_000):
        chosen = torch.randint(0, 4096, (512,))
        loss = nn.functional.cross_entropy(model(x[chosen]), y[chosen])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # of torch
        optimizer.step()
