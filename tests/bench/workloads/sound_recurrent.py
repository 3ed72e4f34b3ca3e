"""sound: A recurrent net over text, its state detached, the loss read once in a while."""

from typing import Any

import torch
from torch import nn


class Language(nn.Module):
    """Guesses the next word."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(1000, 128)
        self.cells = nn.LSTM(128, 128, 2, batch_first=True)
        self.head = nn.Linear(128, 1000)

    def forward(self, x: Any, state: Any) -> Any:
        """Return logits and the new state."""
        out, state = self.cells(self.words(x), state)
        return self.head(out), state


if __name__ == "__main__":
    text = torch.randint(0, 1000, (20, 20_000))
    model = Language()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    while True:
        state: Any = None
        for at in range(0, 20_000 - 36, 35):
            if state is not None:
                state = tuple(one.detach() for one in state)
            out, state = model(text[:, at : at + 35], state)
            loss = nn.functional.cross_entropy(out.reshape(-1, 1000), text[:, at + 1 : at + 36].reshape(-1))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # of torch
            nn.utils.clip_grad_norm_(model.parameters(), 0.25)
            optimizer.step()
            if at % 3500 == 0:
                print(loss.item(), flush=True)
