"""Reads image folders: train/CLASS/*, test/CLASS/*. Decodes only what is used."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from .data_layout import HALVES, Source, images
from .images import CHANNELS, SIZE, Images, Wanted, about, choose
from .refused import Refused

if TYPE_CHECKING:
    from types import ModuleType


def read(source: Source, wanted: Wanted, python: str) -> Images:
    """Decode a seeded choice of the images.

    Raises:
        Refused: Pillow is missing, or an image cannot be read or has another size; names the file.
    """
    pillow = pillow_of(source, python)
    rng = random.Random(wanted.seed)  # noqa: S311  # a choice that can be repeated, not a secret
    halves: list[tuple[torch.Tensor, torch.Tensor]] = []
    available: list[int] = []
    for half, number in zip(HALVES, (wanted.train, wanted.test)):
        folders = [Path(source.path, half, name) for name in source.classes]
        names = [images(folder) for folder in folders]
        available.append(sum(map(len, names)))
        chosen = choose([len(found) for found in names], number, rng)
        paths = [[folders[i] / names[i][j] for j in picks] for i, picks in enumerate(chosen)]
        halves.append(_decode(pillow, paths))
    (train, train_labels), (test, test_labels) = halves
    numbers = (len(train), len(test))
    described = about("folders", numbers, (available[0], available[1]), wanted.seed,
                      classes=len(source.classes), path=source.path)  # fmt: skip
    return Images(train, train_labels, test, test_labels, source.classes, described)


def pillow_of(source: Source, python: str) -> ModuleType:
    """Return the decoder. Raises Refused where it is missing."""
    try:
        from PIL import Image  # noqa: PLC0415  # only image folders need it
    except ImportError as error:
        raise Refused(
            f"--data {source.path}: image folders need Pillow in the examined Python ({error}); "
            f"install it: {python} -m pip install pillow"
        ) from None
    module: ModuleType = Image
    return module


def _decode(pillow: ModuleType, paths: list[list[Path]]) -> tuple[torch.Tensor, torch.Tensor]:
    pixels = bytearray()
    labels: list[int] = []
    for label, files in enumerate(paths):
        for path in files:
            pixels += pixels_of(pillow, path)
            labels.append(label)
    rows = torch.frombuffer(pixels, dtype=torch.uint8).view(-1, SIZE, SIZE, CHANNELS)
    return rows.permute(0, 3, 1, 2).contiguous(), torch.tensor(labels)


def pixels_of(pillow: Any, path: Path | str) -> bytes:
    """Decode one image. Raises Refused where it cannot be read, or has another size."""
    try:
        # One read of the whole file: half the time of what the decoder would do with a path.
        image = pillow.open(io.BytesIO(_content(path)))
        # The size stands in the header: nothing large is ever decoded.
        size = image.size
        content = b""
        if size == (SIZE, SIZE):
            content = (image if image.mode == "RGB" else image.convert("RGB")).tobytes()
    except PermissionError:
        raise Refused(
            f"--data: {path} cannot be read: permission denied; let this user read it, or remove it"
        ) from None
    except Exception as error:  # noqa: BLE001  # decoders raise what they like on damaged files
        raise Refused(f"--data: {path} cannot be read as an image ({_brief(error)}); replace or remove it") from None
    if size != (SIZE, SIZE):
        raise Refused(
            f"--data: {path} is {size[0]}x{size[1]} pixels; the benchmark takes {SIZE}x{SIZE}: resize or remove it"
        )
    return content


def _content(path: Path | str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # four times as fast as with a Path's read_bytes
        return file.read()


def _brief(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
