"""Reads all images of a source, not a choice of them."""

from __future__ import annotations

import gzip
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from . import data_folders, data_official, data_synthetic, machine
from .data_layout import HALVES, images
from .images import CHANNELS, SIZE, Images, Wanted, about
from .refused import Refused

if TYPE_CHECKING:
    from .data_layout import Source

ALL = 1 << 40
CHUNK = 250
"""Images that a thread decodes at a time."""
SYNTHETIC = Wanted(1000, 200, 0)
"""Images per class of the built-in set."""
MNIST = (
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
)
"""Format: https://yann.lecun.com/exdb/mnist/ : big-endian numbers (kind, count, rows, columns), then bytes."""
MNIST_EDGE = 28
IMAGES_KIND, LABELS_KIND = 2051, 2049


def read(source: Source) -> Images:
    """Decode everything.

    Raises:
        Refused: a file cannot be used; names it, what was expected and the cure.
    """
    if source.kind == "synthetic":
        return data_synthetic.make(SYNTHETIC)
    if source.kind == "folders":
        return _folders(source)
    if source.kind == "mnist":
        return _mnist(source)
    return data_official.read(source, Wanted(ALL, ALL, 0))


def _folders(source: Source) -> Images:
    pillow = data_folders.pillow_of(source, sys.executable)
    halves = []

    def decoded(files: list[str]) -> bytes:
        return b"".join([data_folders.pixels_of(pillow, file) for file in files])

    with ThreadPoolExecutor(max(2, min(8, machine.cpus() or 1))) as pool:
        for half in HALVES:
            folders = [os.path.join(source.path, half, name) for name in source.classes]  # noqa: PTH118  # 60,000 times
            names = [images(Path(folder)) for folder in folders]
            files = [os.path.join(folder, name) for folder, found in zip(folders, names) for name in found]  # noqa: PTH118  # as above
            labels = torch.arange(len(names)).repeat_interleave(torch.tensor([len(found) for found in names]))
            # Decoders let other threads run; a chunk each keeps the handing over cheap.
            chunks = [files[at : at + CHUNK] for at in range(0, len(files), CHUNK)]
            content = bytearray().join(pool.map(decoded, chunks))
            rows = torch.frombuffer(content, dtype=torch.uint8).view(-1, SIZE, SIZE, CHANNELS)
            halves.append((rows.permute(0, 3, 1, 2).contiguous(), labels))
    (train, train_labels), (test, test_labels) = halves
    numbers = (len(train), len(test))
    described = about("folders", numbers, numbers, 0, classes=len(source.classes), path=source.path)
    return Images(train, train_labels, test, test_labels, source.classes, described)


def _mnist(source: Source) -> Images:
    folder = source.path
    halves = [(_idx(folder, pictures, IMAGES_KIND), _idx(folder, labels, LABELS_KIND)) for pictures, labels in MNIST]
    padded = []
    for pictures, labels in halves:
        if len(pictures) != len(labels):
            counts = f"{len(pictures)} images but {len(labels)} labels"
            raise Refused(f"--data {folder}: {counts}; fetch the files of MNIST again")
        edge = (SIZE - MNIST_EDGE) // 2
        framed = torch.nn.functional.pad(pictures, (edge, edge, edge, edge))
        padded.append(framed.unsqueeze(1).repeat(1, CHANNELS, 1, 1))
    numbers = (len(padded[0]), len(padded[1]))
    described = about("mnist", numbers, numbers, 0, classes=10, path=source.path)
    classes = tuple(map(str, range(10)))
    return Images(padded[0], halves[0][1].long(), padded[1], halves[1][1].long(), classes, described)


def _idx(folder: str, name: str, kind: int) -> torch.Tensor:
    path = next((p for p in (Path(folder, name), Path(folder, name + ".gz")) if p.is_file()), None)
    if path is None:
        raise Refused(f"--data {folder}: {name} or {name}.gz is missing; all four files of MNIST are needed")
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise Refused(f"--data: {path} is cut off or no gzip file ({error}); fetch it again") from None
    head = 16 if kind == IMAGES_KIND else 8
    found, *shape = (int.from_bytes(content[at : at + 4], "big") for at in range(0, head, 4))
    size = head + shape[0] * (MNIST_EDGE**2 if kind == IMAGES_KIND else 1)
    if found != kind or shape[1:] not in ([], [MNIST_EDGE, MNIST_EDGE]) or len(content) != size or not shape[0]:
        what = f"{len(content)} bytes, {size} expected"
        raise Refused(f"--data: {path} is no file of MNIST, or cut off: {what}; fetch it again")
    rows = torch.frombuffer(bytearray(content[head:]), dtype=torch.uint8).view(shape)
    if kind == LABELS_KIND and int(rows.max()) > 9:  # noqa: PLR2004  # ten digits
        raise Refused(f"--data: {path} holds labels above 9; fetch it again")
    return rows
