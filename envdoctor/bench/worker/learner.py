"""A small training that can be repeated: the same weights and the same batches for the same seed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch.nn.functional import cross_entropy

from . import model
from .images import scaled

if TYPE_CHECKING:
    from .images import Images

BATCH = 64
RATE = 0.05


class Place(NamedTuple):
    """Where a part works, and with what."""

    images: Images
    device: str
    seed: int
    limit: float
    """Seconds after which what does not answer is given up."""


class Learner:
    """A net, its optimizer, and the same batches for the same seed."""

    def __init__(self, place: Place, seed: int, batch: int = BATCH) -> None:
        torch.manual_seed(seed)
        self._place = place
        self._batch = min(batch, len(place.images.train_labels))
        self.net = model.build(len(place.images.classes)).to(place.device)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=RATE, momentum=0.9)
        self._done = 0

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the next batch; each is drawn anew by a seed of its own."""
        images, labels = self._place.images.train, self._place.images.train_labels
        draw = torch.Generator().manual_seed(1000 * self._place.seed + self._done)
        index = torch.randint(len(labels), (self._batch,), generator=draw)
        self._done += 1
        return scaled(images[index].to(self._place.device)), labels[index].to(self._place.device)

    def learn(self, steps: int, half: torch.dtype | None = None, scaler: Any = None) -> list[float]:
        """Make steps and return the losses before each."""
        losses = []
        kind = torch.device(self._place.device).type
        for _ in range(steps):
            pixels, labels = self.batch()
            with torch.autocast(kind, dtype=half) if half else contextlib.nullcontext():
                loss = cross_entropy(self.net(pixels), labels)
            self.optimizer.zero_grad(set_to_none=True)
            if scaler is None:
                torch.autograd.backward(loss)
                self.optimizer.step()
            else:
                torch.autograd.backward(scaler.scale(loss))
                scaler.step(self.optimizer)
                scaler.update()
            losses.append(float(loss.detach()))
        return losses

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint holds."""
        return {"net": self.net.state_dict(), "optimizer": self.optimizer.state_dict(), "done": self._done}

    def take(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._done = state["done"]
