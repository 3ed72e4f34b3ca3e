"""sync-each-step: Right answers are counted one by one, each read out of its tensor."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    data = TensorDataset(torch.randn(4000, 40), torch.randint(0, 10, (4000,)))
    model = nn.Sequential(nn.Linear(40, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.Adam(model.parameters())
    right = total = 0
    for _ in range(1000):
        for x, y in DataLoader(data, batch_size=256, shuffle=True):
            optimizer.zero_grad()
            out = model(x)
            nn.functional.cross_entropy(out, y).backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
            for answer, truth in zip(out.argmax(1), y, strict=True):
                right += answer.item() == truth.item()
                total += 1
