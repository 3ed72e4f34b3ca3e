"""memory-leak: The hidden states of a recurrent net are collected with their graphs."""

import torch
from torch import nn

if __name__ == "__main__":
    cells, head = nn.GRU(16, 64, batch_first=True), nn.Linear(64, 1)
    optimizer = torch.optim.SGD([*cells.parameters(), *head.parameters()], lr=1e-3)
    state, states = torch.zeros(1, 16, 64), []
    while True:
        x = torch.randn(16, 20, 16)
        out, state = cells(x, state.detach())
        states.append(state)
        optimizer.zero_grad()
        ((head(out) - x.mean()) ** 2).mean().backward()
        optimizer.step()
