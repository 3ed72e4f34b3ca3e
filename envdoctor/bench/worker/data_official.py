"""Reads the official CIFAR-10 files. No byte of them is unpickled before its checksum holds.

The sums are public: they stand in torchvision (torchvision/datasets/cifar.py) and, for the archive,
on https://www.cs.toronto.edu/~kriz/cifar.html. Needs no NumPy.
"""

from __future__ import annotations

import hashlib
import io
import pickle  # a reader that knows three harmless names, for files with the right sum
import random
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from .data_layout import ARCHIVE, OFFICIAL, Source
from .images import CHANNELS, SIZE, Images, Wanted, about, choose
from .refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

SUMS = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
ARCHIVE_SUM = "c58f30108f718f92721af3b95e74349a"
ARCHIVE_BYTES = 170_498_071
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
PIXELS = CHANNELS * SIZE * SIZE
CHUNK = 1 << 20


def read(source: Source, wanted: Wanted, sums: Mapping[str, str] = SUMS, archive_sum: str = ARCHIVE_SUM) -> Images:
    """Verify all files, then take a seeded choice of their images.

    Raises:
        Refused: a file is missing, cut off or altered; names it, what was expected and what was found.
    """
    try:
        if source.kind == "archive":
            contents = _from_archive(Path(source.path), sums, archive_sum)
        else:
            contents = {name: _verified(Path(source.path, name), total) for name, total in sums.items()}
    except OSError as error:
        raise Refused(f"--data: {error.filename or source.path} cannot be read: {error.strerror or error}") from None
    batches = {name: _batch(name, content) for name, content in contents.items()}
    rng = random.Random(wanted.seed)  # noqa: S311  # a choice that can be repeated, not a secret
    test_batch = batches.pop("test_batch")
    train, train_labels, train_available = _half(list(batches.values()), wanted.train, rng)
    test, test_labels, test_available = _half([test_batch], wanted.test, rng)
    described = about("official", (len(train), len(test)), (train_available, test_available), wanted.seed,
                      classes=len(CLASSES), path=source.path)  # fmt: skip
    return Images(train, train_labels, test, test_labels, CLASSES, described)


def _verified(path: Path, expected: str) -> bytes:
    if not path.is_file():
        raise Refused(f"--data: {path} is missing; unpack {ARCHIVE} again, or fetch it with --download")
    content = path.read_bytes()
    found = _sum([content])
    if found != expected:
        raise Refused(_altered(path, len(content), found, expected))
    return content


def _altered(path: Path | str, size: int, found: str, expected: str, full_size: int | None = None) -> str:
    wanted = f"MD5 {expected}" + (f" and {full_size} bytes" if full_size else "")
    return (
        f"--data: {path} is cut off or altered: expected {wanted}, found MD5 {found} and {size} bytes; "
        "delete it and fetch it again (--download)"
    )


def _sum(chunks: Any) -> str:
    # Guards against damage and mix-ups; what a forger could do is met by the reader below.
    digest = hashlib.new("md5", usedforsecurity=False) if _knows_usedforsecurity() else hashlib.md5()  # noqa: S324
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _knows_usedforsecurity() -> bool:
    # Python 3.9 and newer; where FIPS rules are on, MD5 needs it.
    try:
        hashlib.new("md5", usedforsecurity=False)
    except TypeError:
        return False
    return True


def _from_archive(path: Path, sums: Mapping[str, str], archive_sum: str) -> dict[str, bytes]:
    with path.open("rb") as file:
        found = _sum(iter(lambda: file.read(CHUNK), b""))
    if found != archive_sum:
        raise Refused(_altered(path, path.stat().st_size, found, archive_sum, ARCHIVE_BYTES))
    contents: dict[str, bytes] = {}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            file_inside = archive.extractfile(member) if name in sums else None
            if file_inside is not None:
                contents[name] = file_inside.read()
    for name, expected in sums.items():
        inside = f"{path}:{OFFICIAL}/{name}"
        if name not in contents:
            raise Refused(f"--data: {inside} is missing; delete the archive and fetch it again (--download)")
        if _sum([contents[name]]) != expected:
            raise Refused(_altered(inside, len(contents[name]), _sum([contents[name]]), expected))
    return contents


def _half(
    batches: list[tuple[list[int], bytes]], per_class: int, rng: random.Random
) -> tuple[torch.Tensor, torch.Tensor, int]:
    labels = torch.tensor([label for batch_labels, _ in batches for label in batch_labels])
    pixels = torch.frombuffer(bytearray().join(pixels for _, pixels in batches), dtype=torch.uint8)
    members = [(labels == index).nonzero().flatten() for index in range(len(CLASSES))]
    picks = choose([len(indices) for indices in members], per_class, rng)
    index = torch.cat([indices[chosen] for indices, chosen in zip(members, picks)])
    return pixels.view(-1, CHANNELS, SIZE, SIZE)[index], labels[index], len(labels)


def _batch(name: str, content: bytes) -> tuple[list[int], bytes]:
    """Return the labels and the pixels of a batch."""
    try:
        batch = _Reader(io.BytesIO(content), encoding="bytes").load()
        labels, pixels = batch[b"labels"], batch[b"data"].pixels()
        fits = all(type(label) is int and 0 <= label < len(CLASSES) for label in labels)
    except Exception as error:  # noqa: BLE001  # a stream of opcodes can fail in any way
        raise Refused(f"--data: {name} is no batch of CIFAR-10: {type(error).__name__}: {error}") from None
    if not fits or len(pixels) != len(labels) * PIXELS:
        raise Refused(f"--data: {name} is no batch of CIFAR-10: {len(labels)} labels, {len(pixels)} bytes of pixels")
    return labels, pixels


class _Array:
    """Stands in for a NumPy array: keeps its bytes."""

    def __init__(self, *_shape: object) -> None:
        self._state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def pixels(self) -> bytes:
        _version, _shape, kind, _fortran, content = self._state
        if kind.name not in {b"u1", "u1"}:
            raise ValueError(f"pixels of type {kind.name!r} instead of bytes")
        return bytes(content)


class _Kind:
    """Stands in for a NumPy dtype."""

    def __init__(self, name: object = None, *_rest: object) -> None:
        self.name = name

    def __setstate__(self, _state: object) -> None:
        pass


STAND_INS = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Kind,
}


class _Reader(pickle.Unpickler):
    """Knows the three names that these files use, and puts stand-ins in their place."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in STAND_INS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return STAND_INS[module, name]
