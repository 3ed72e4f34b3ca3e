"""gpu-slower-small-model: One sample a step through many small layers."""

from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Deep(nn.Module):
    """Twelve small layers with shortcuts."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(16, 16) for _ in range(12)])
        self.head = nn.Linear(16, 3)

    def forward(self, x: Any) -> Any:
        """Return logits."""
        for layer in self.layers:
            x = torch.relu(layer(x)) + x
        return self.head(x)


if __name__ == "__main__":
    data = TensorDataset(torch.randn(5000, 16), torch.randint(0, 3, (5000,)))
    model = Deep()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    for _ in range(100):
        for x, y in DataLoader(data, batch_size=1, shuffle=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
