"""A built-in set of ten kinds of blurred patterns: needs no file, and can be told apart by learning."""

from __future__ import annotations

import torch
from torch.nn.functional import interpolate

from .images import CHANNELS, SIZE, Images, Wanted, about

CLASSES = 10
COARSE = 5
"""Each class is a random picture of this edge length, blown up."""
CONTRAST = 9.0
NOISE = 60.0
"""Standard deviations in grey levels. Chosen so that a net has to learn, and a sound one passes with ease."""
BLOCK = 1000
"""Images drawn at a time: floats of all of them at once would be the largest thing in memory."""
SHIFT = 4
"""Pictures are moved by up to so many pixels, so that single pixels tell nothing."""


def make(wanted: Wanted) -> Images:
    """Draw the set from a seed."""
    generator = torch.Generator().manual_seed(wanted.seed)
    coarse = torch.randn(CLASSES, CHANNELS, COARSE, COARSE, generator=generator)
    patterns = interpolate(coarse, size=(SIZE, SIZE), mode="bilinear", align_corners=True)
    train, train_labels = _draw(patterns, wanted.train, generator)
    test, test_labels = _draw(patterns, wanted.test, generator)
    numbers = (len(train), len(test))
    classes = tuple(f"pattern {index}" for index in range(CLASSES))
    return Images(
        train, train_labels, test, test_labels, classes,
        about("synthetic", numbers, numbers, wanted.seed, classes=CLASSES, path=None),
    )  # fmt: skip


def _draw(patterns: torch.Tensor, per_class: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.arange(CLASSES).repeat(per_class)
    return torch.cat([_block(patterns[part], generator) for part in torch.split(labels, BLOCK)]), labels


def _block(pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    moves = torch.randint(-SHIFT, SHIFT + 1, (len(pictures), 2), generator=generator)
    for distance in range(-SHIFT, SHIFT + 1):
        for axis, dimension in ((0, 2), (1, 3)):
            chosen = moves[:, axis] == distance
            pictures[chosen] = pictures[chosen].roll(distance, dimension)
    noise = torch.randn(pictures.shape, generator=generator)
    grey = pictures.mul_(CONTRAST).add_(noise.mul_(NOISE)).add_(128)
    return grey.clamp_(0, 255).to(torch.uint8)
