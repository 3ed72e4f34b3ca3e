"""sound: A variational autoencoder; the loss is read in every step, which costs nothing on a CPU."""

from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Autoencoder(nn.Module):
    """Twenty numbers for each picture."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 40))
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())

    def forward(self, x: Any) -> Any:
        """Return the picture, the means and the logarithms of the variances."""
        mean, log = self.encoder(x).chunk(2, 1)
        return self.decoder(mean + torch.randn_like(mean) * (log / 2).exp()), mean, log


if __name__ == "__main__":
    model = Autoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(1000):
        total = 0.0
        for (x,) in DataLoader(TensorDataset(torch.rand(8000, 784)), 128, shuffle=True):
            made, mean, log = model(x)
            loss = nn.functional.binary_cross_entropy(made, x, reduction="sum")
            loss = loss - 0.5 * (1 + log - mean**2 - log.exp()).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(epoch, total / 8000)
