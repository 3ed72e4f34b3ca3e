"""Looks at a folder of images and says what kind it is, or what is wrong with it. Reads no image.

Standard library only: a mistyped path is answered before torch is imported.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from .refused import Refused

OFFICIAL = "cifar-10-batches-py"
ARCHIVE = "cifar-10-python.tar.gz"
MNIST = "train-images-idx3-ubyte"
HALVES = ("train", "test")
SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".gif", ".tif", ".tiff"))
SHAPES = "the official CIFAR-10 files (%s/ or %s) or image folders (train/CLASS/*, test/CLASS/*)" % (OFFICIAL, ARCHIVE)


class Source(NamedTuple):
    """Where images come from."""

    kind: str
    """`synthetic`, `official`, `archive`, `folders`, `mnist`."""
    path: str = ""
    classes: tuple[str, ...] = ()
    """Known here for image folders only."""


def find(given: str | None) -> Source:
    """Say what lies in the folder of `--data`; without one, the built-in set is taken.

    Raises:
        Refused: it is nothing that we can read; the message says what is wrong with it.
    """
    if given is None:
        return Source("synthetic")
    folder = Path(given).expanduser()
    try:
        if not folder.exists():
            raise Refused(f"--data {given}: there is no such folder; give one with {SHAPES}")
        if not folder.is_dir():
            raise Refused(f"--data {given}: this is a file; give the folder that holds it ({folder.parent})")
        return _official(folder) or _mnist(folder) or _folders(folder, given)
    except OSError as error:
        place = error.filename or folder
        raise Refused(f"--data {given}: {place} cannot be read: {error.strerror}; let this user read it") from None


def _official(folder: Path) -> Source | None:
    for place in (folder / OFFICIAL, folder):
        if (place / "data_batch_1").exists() or (place / "test_batch").exists():
            return Source("official", str(place))
    for place in (folder, folder.parent if folder.name == OFFICIAL else folder):
        if (place / ARCHIVE).is_file():
            return Source("archive", str(place / ARCHIVE))
    return None


def _mnist(folder: Path) -> Source | None:
    for place in (folder, folder / "raw", folder / "MNIST" / "raw"):
        if any((place / (MNIST + suffix)).exists() for suffix in ("", ".gz")):
            return Source("mnist", str(place))
    return None


def _folders(folder: Path, given: str) -> Source:
    missing = [half for half in HALVES if not (folder / half).is_dir()]
    if missing:
        raise Refused(f"--data {given}: {_diagnosis(folder, missing)}")
    train, test = (_classes(folder / half) for half in HALVES)
    if not any(test.values()):
        raise Refused(
            f"--data {given}: 0 test images in {folder / 'test'}; each class needs some in test/CLASS/, "
            "or accuracy cannot be computed"
        )
    for here, there, names in (("train", "test", set(train) - set(test)), ("test", "train", set(test) - set(train))):
        if names:
            raise Refused(
                f"--data {given}: {_few(sorted(names))} in {here}/ but not in {there}/; "
                "both must hold the same classes: add the folder there or remove it here"
            )
    for half, classes in zip(HALVES, (train, test)):
        empty = [name for name, count in classes.items() if not count]
        if empty:
            raise Refused(
                f"--data {given}: no images in {folder / half / empty[0]}; put some there "
                f"({', '.join(sorted(SUFFIXES))}) or remove the class from train/ and test/"
            )
    if len(train) < 2:  # noqa: PLR2004  # one class leaves nothing to learn
        raise Refused(f"--data {given}: {len(train)} class in train/; at least two are needed")
    return Source("folders", str(folder), tuple(sorted(train)))


def _classes(half: Path) -> dict[str, int]:
    return {entry.name: len(images(Path(entry.path))) for entry in _subfolders(half)}


def images(folder: Path) -> list[str]:
    """Return the sorted names of the image files in a folder, judged by their suffix."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    return sorted(n for n in names if os.path.splitext(n)[1].lower() in SUFFIXES and not n.startswith("."))  # noqa: PTH122  # a Path of each of 60,000 takes half a second


def _subfolders(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((e for e in entries if e.is_dir() and not e.name.startswith(".")), key=lambda e: e.name)


def _diagnosis(folder: Path, missing: list[str]) -> str:
    """Say why there is no train/ or no test/ here: the usual mistakes by name."""
    below = [Path(entry.path) for entry in _subfolders(folder)]
    for place in below:
        if all((place / half).is_dir() for half in HALVES) or _official(place):
            return f"wrong level: the data lie one folder deeper; give --data {place}"
    if folder.name in HALVES and all((folder.parent / half).is_dir() for half in HALVES):
        return f"this is one half of the data; give the folder above: --data {folder.parent}"
    if len(missing) == 1:
        lacks = missing[0]
        return f"{folder / lacks} is missing{' (0 test images)' if lacks == 'test' else ''}; expected {SHAPES}"
    if any(images(place) for place in below):
        return (
            "0 test images: there is one folder per class, but no train/ and test/ above them; move the classes "
            "into train/ and a part of each into test/, or take the official files (--download)"
        )
    return f"neither train/ nor test/ nor the official files are there; expected {SHAPES}"


def _few(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:3])
    return f"class{'es' if len(names) > 1 else ''} {shown}{' and others' if len(names) > 3 else ''}"  # noqa: PLR2004
