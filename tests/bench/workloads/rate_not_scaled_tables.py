"""recipe: Rows of a table in batches of 4096 with the learning rate of small ones, without a DataLoader."""

import torch
from torch import nn

if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(200_000, 40)
    y = 3 * x[:, :1] * x[:, 1:2] + 0.1 * torch.randn(200_000, 1)
    model = nn.Sequential(nn.Linear(40, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0001, momentum=0.9)
    while True:
        for some in torch.randperm(len(x)).split(4096)[:-1]:  # type: ignore[no-untyped-call]  # of torch
            loss = nn.functional.mse_loss(model(x[some]), y[some])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
            loss.item()
