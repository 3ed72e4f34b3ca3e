"""Images in memory, and the choice of a subset."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import torch

SIZE = 32
CHANNELS = 3


class Images(NamedTuple):
    """A training and a test set: bytes in the shape (N, 3, 32, 32), labels as class numbers."""

    train: torch.Tensor
    train_labels: torch.Tensor
    test: torch.Tensor
    test_labels: torch.Tensor
    classes: tuple[str, ...]
    about: dict[str, Any]
    """Where they come from, for the report."""


class Wanted(NamedTuple):
    """How many images per class a run takes, and the seed of the choice."""

    train: int
    test: int
    seed: int


def choose(counts: list[int], wanted: int, rng: random.Random) -> list[list[int]]:
    """Draw the same number of indices from each class: as many as wanted, or as the smallest class has."""
    number = min(wanted, *counts)
    return [sorted(rng.sample(range(count), number)) for count in counts]


def scaled(images: torch.Tensor) -> torch.Tensor:
    """Turn bytes into floats of about -2 to 2."""
    return images.float().div_(255).sub_(0.5).div_(0.25)


def about(kind: str, images: tuple[int, int], available: tuple[int, int], seed: int, **more: Any) -> dict[str, Any]:
    """Describe a set for the report: what was taken out of what."""
    return {
        "kind": kind,
        "synthetic": kind == "synthetic",
        "train": images[0],
        "test": images[1],
        "train_available": available[0],
        "test_available": available[1],
        "seed": seed,
        **more,
    }
