"""The networks of the experiments, by name."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from .images import CHANNELS, SIZE


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
    """A fixed stem that whitens patches, blocks that halve the picture, its mean, and a linear layer.

    A block: a convolution, a maximum of four, batch normalisation, ReLU, and with `twice` the same again without the
    maximum. The stem and this order: K. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv 2404.00498.
    The stem has no weights to learn, so the first block needs no gradient of its input.

    Args:
        classes: how many outputs.
        filters: of the stem, each with either sign.
        widths: channels of the blocks.
        edge: of the stem's patches, which overlap by half of it.
        twice: two convolutions in a block.
    """

    def __init__(self, classes: int, filters: int, widths: tuple[int, ...], edge: int, *, twice: bool = False) -> None:
        super().__init__()
        self.stem = nn.Conv2d(CHANNELS, 2 * filters, edge, stride=edge // 2, padding=edge // 2 - 1, bias=False)
        self.stem.weight.requires_grad_(False)
        layers: list[nn.Module] = []
        for before, after in zip((2 * filters, *widths), widths):
            layers.append(_Normed(before, after, halve=True))
            if twice:
                layers.append(_Normed(after, after, halve=False))
        self.layers = nn.Sequential(*layers)
        self.last = nn.Linear(widths[-1], classes, bias=False)

    def whiten(self, images: torch.Tensor) -> None:
        """Let the stem's outputs be uncorrelated and of variance one, on these images; each once with either sign."""
        filters, edge = len(self.stem.weight) // 2, self.stem.weight.shape[-1]
        patches = functional.unfold(images.float(), edge, stride=2).transpose(1, 2).reshape(-1, CHANNELS * edge * edge)
        values, vectors = torch.linalg.eigh(torch.cov(patches.T))
        best = torch.argsort(values, descending=True)[:filters]
        # What never varies would be divided by nothing, and rounding may bring a variance below zero.
        rows = (vectors[:, best] / torch.sqrt(values[best].clamp_min(0) + 1e-3)).T
        rows = rows.reshape(filters, CHANNELS, edge, edge)
        with torch.no_grad():
            self.stem.weight.copy_(torch.cat([rows, -rows]))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return a score for each class."""
        maps = self.layers(functional.relu(self.stem(images)))
        scores: torch.Tensor = self.last(maps.mean((2, 3)))
        return scores


class _Normed(nn.Module):
    """A convolution, a maximum of four if the picture is halved, batch normalisation, ReLU."""

    def __init__(self, before: int, after: int, *, halve: bool) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(before, after, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(after)
        self._halve = halve

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return the maps."""
        maps = self.convolution(maps)
        if self._halve:
            maps = functional.max_pool2d(maps, 2)
        return functional.relu(self.norm(maps))


def _mlp(classes: int) -> nn.Module:
    """Four measurements of a flower, ten hidden units."""
    return nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, classes))


NETS = {
    "textbook": _textbook,
    "textbook_norm": _textbook_norm,
    "wide": lambda classes: _wide(32, classes),
    "wider": lambda classes: _wide(64, classes),
    "patches_128": lambda classes: Patches(classes, 16, (32, 64, 128), 4),
    "patches_256": lambda classes: Patches(classes, 16, (32, 64, 256), 4),
    "patches_fine": lambda classes: Patches(classes, 12, (32, 96, 96), 2, twice=True),
    "iris_mlp": _mlp,
}
