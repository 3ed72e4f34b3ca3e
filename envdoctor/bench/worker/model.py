"""The network of the smoke test: three small convolutions, 35 thousand parameters.

SiLU and average pooling instead of ReLU and max pooling: both are smooth, so a difference in the last
bit stays one. With a ReLU or a maximum it can flip a branch, and two sound devices would disagree.
"""

from __future__ import annotations

from torch import nn

from .images import CHANNELS, SIZE

WIDTHS = (16, 32, 64)


def build(classes: int) -> nn.Module:
    """Make the net with torch's usual random weights (seed first)."""
    layers: list[nn.Module] = []
    before = CHANNELS
    for width in WIDTHS:
        # No bias: batch normalisation takes it away again, and its gradient would be rounding noise.
        convolution = nn.Conv2d(before, width, 3, padding=1, bias=False)
        layers += [convolution, nn.AvgPool2d(2), nn.BatchNorm2d(width), nn.SiLU()]
        before = width
    edge = SIZE // 2 ** len(WIDTHS)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * edge * edge, classes))
