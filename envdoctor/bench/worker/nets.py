"""The networks of the experiments, by name."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from .images import CHANNELS, SIZE

EDGE = 4
"""Of the patches that the stem looks at."""
FILTERS = 24


def build(name: str, classes: int, sample: torch.Tensor | None = None) -> nn.Module:
    """Make a net with torch's usual random weights (seed first).

    Args:
        name: one of `NETS`.
        classes: how many outputs.
        sample: normalised images, for the nets whose stem is computed from the data.
    """
    net = NETS[name](classes)
    if isinstance(net, Patches) and sample is not None:
        net.whiten(sample)
    return net


def _textbook(classes: int) -> nn.Module:
    """Two convolutions with 6 and 16 channels, three linear layers: the net of PyTorch's CIFAR-10 tutorial."""
    return nn.Sequential(
        nn.Conv2d(CHANNELS, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(16 * 5 * 5, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes),
    )  # fmt: skip


def _textbook_norm(classes: int) -> nn.Module:
    """Add batch normalisation after each convolution."""
    return nn.Sequential(
        nn.Conv2d(CHANNELS, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(16 * 5 * 5, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes),
    )  # fmt: skip


def _wide(width: int, classes: int) -> nn.Module:
    """Two 3x3 convolutions, the second twice as wide as the first, and two linear layers."""
    edge = SIZE // 4
    return nn.Sequential(
        nn.Conv2d(CHANNELS, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2 * width * edge * edge, 256), nn.ReLU(), nn.Linear(256, classes),
    )  # fmt: skip


class Patches(nn.Module):
    """A fixed stem that whitens patches, three convolutions, a maximum over the picture and a linear layer.

    The idea of the stem: K. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv 2404.00498.
    """

    def __init__(self, classes: int, width: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(CHANNELS, 2 * FILTERS, EDGE, stride=2, padding=1, bias=False)
        self.stem.weight.requires_grad_(False)
        widths = (2 * FILTERS, width, 2 * width, 2 * width)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1, bias=False)
            for before, after in zip(widths, widths[1:])  # noqa: RUF007  # pairwise came with Python 3.10
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(after) for after in widths[1:])
        self.last = nn.Linear(widths[-1], classes, bias=False)

    def whiten(self, images: torch.Tensor) -> None:
        """Let the stem's outputs be uncorrelated and of variance one, on these images; each once with either sign."""
        patches = functional.unfold(images.float(), EDGE, stride=2).transpose(1, 2).reshape(-1, CHANNELS * EDGE * EDGE)
        values, vectors = torch.linalg.eigh(torch.cov(patches.T))
        best = torch.argsort(values, descending=True)[:FILTERS]
        filters = vectors[:, best] / torch.sqrt(values[best] + 1e-3)
        rows = filters.T.reshape(FILTERS, CHANNELS, EDGE, EDGE)
        with torch.no_grad():
            self.stem.weight.copy_(torch.cat([rows, -rows]))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return a score for each class."""
        maps = functional.relu(self.stem(images))
        for convolution, norm in zip(self.convolutions, self.norms):
            maps = functional.relu(norm(functional.max_pool2d(convolution(maps), 2)))
        scores: torch.Tensor = self.last(maps.amax((2, 3)))
        return scores


def _mlp(classes: int) -> nn.Module:
    """Four measurements of a flower, ten hidden units."""
    return nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, classes))


NETS = {
    "textbook": _textbook,
    "textbook_norm": _textbook_norm,
    "wide": lambda classes: _wide(32, classes),
    "wider": lambda classes: _wide(64, classes),
    "patches_32": lambda classes: Patches(classes, 32),
    "patches_64": lambda classes: Patches(classes, 64),
    "iris_mlp": _mlp,
}
