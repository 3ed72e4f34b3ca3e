"""recipe: Adam with a learning rate of one."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    torch.manual_seed(0)
    labels = torch.randint(0, 4, (4000,))
    data = TensorDataset(torch.randn(4000, 50) + nn.functional.one_hot(labels, 50) * 3, labels)
    model = nn.Sequential(nn.Linear(50, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 4))
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
    for _ in range(1000):
        for x, y in DataLoader(data, batch_size=128, shuffle=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
