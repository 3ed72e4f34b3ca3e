"""amp-slower-or-nan: Weights of float16 that overflow."""

import torch
from torch import nn

if __name__ == "__main__":
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 1)).half()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    while True:
        x = torch.randn(64, 64).half() * 3000
        loss = (model(x) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
