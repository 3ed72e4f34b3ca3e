"""sound: A small transformer over long batches with Adam."""

from typing import Any

import torch
from torch import nn

if __name__ == "__main__":
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    model = nn.Sequential(nn.Embedding(100, 64), nn.TransformerEncoder(layer, 2), nn.Linear(64, 100))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    texts: Any = torch.randint(0, 100, (2048, 33))
    batches: Any = torch.utils.data.DataLoader(texts, batch_size=32, shuffle=True)
    for _ in range(1000):
        for text in batches:
            loss = nn.functional.cross_entropy(model(text[:, :-1]).flatten(0, 1), text[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # of torch
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
