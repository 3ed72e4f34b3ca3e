"""work-each-step: A checkpoint after every step."""

import tempfile
from typing import Any

import torch
from common import loader, net, train

if __name__ == "__main__":
    model = net(8)
    ballast = torch.zeros(4_000_000)

    def save(_step: int, _out: Any, _loss: Any) -> None:
        with tempfile.NamedTemporaryFile() as file:
            torch.save({"net": model.state_dict(), "more": ballast}, file)

    train(model, loader(batch=16), save)
