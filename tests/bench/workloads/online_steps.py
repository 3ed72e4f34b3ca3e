"""gpu-slower-small-model: Every sample is a step of its own, in a loop without a DataLoader."""

import torch
from torch import nn

if __name__ == "__main__":
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=False)
    state = torch.randn(1, 6)
    while True:
        moved = (state + 0.1 * torch.randn(1, 6)).clamp(-3, 3)
        loss = (model(state) - moved.sum()).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        state = moved
