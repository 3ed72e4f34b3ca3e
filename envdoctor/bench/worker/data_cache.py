"""Keeps decoded images in one file, so that only the first run decodes them.

The file: a line that names the format, a line of JSON (source, classes, sizes, CRC-32), the bytes of the images,
one byte for each label. It is written beside its place and then moved there, so runs side by side do not meet.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import torch

from .data_download import cache_folder
from .data_layout import HALVES
from .images import CHANNELS, SIZE, Images

if TYPE_CHECKING:
    from .data_layout import Source

FORMAT = b"envdoctor images 1\n"
PIXELS = CHANNELS * SIZE * SIZE


def load(source: Source, decode: Callable[[], Images], folder: Path | None = None) -> tuple[Images, dict[str, Any]]:
    """Return the images of a source, from the cache if what it holds is complete and not older than the source.

    Args:
        source: where the images come from.
        decode: makes them, if they have to be made.
        folder: of the cache; the default is the user's.

    Returns:
        The images, and what the cache did: `cache` (`hit`, `made`, `none`) and `cache_reason`.
    """
    try:
        state = fingerprint(source)
        path = (folder or cache_folder().parent / "images") / (hashlib.sha256(source.path.encode()).hexdigest()[:24])
    except OSError as error:
        return decode(), {"cache": "none", "cache_reason": "%s cannot be looked at: %s" % (source.path, error.strerror)}
    found, why = _read(path, state)
    if found is not None:
        return found, {"cache": "hit", "cache_reason": ""}
    images = decode()
    try:
        _write(path, state, images)
    except OSError as error:
        reason = (
            "decoded images cannot be kept in %s: %s; make room or give another place with XDG_CACHE_HOME"
            % (path, error.strerror or error)
        )  # fmt: skip
        return images, {"cache": "none", "cache_reason": reason}
    return images, {"cache": "made", "cache_reason": why}


def fingerprint(source: Source) -> str:
    """Return a sum over names, sizes and times of all files of a source: it changes when one of them does."""
    digest = hashlib.sha256(repr((source.kind, source.path, source.classes)).encode())
    if source.kind == "folders":
        for half in HALVES:
            for name in source.classes:
                _note(digest, Path(source.path, half, name))
    elif os.path.isdir(source.path):  # noqa: PTH112  # called once
        _note(digest, Path(source.path))
    else:
        state = Path(source.path).stat()
        digest.update(b"%d %d" % (state.st_size, state.st_mtime_ns))
    return digest.hexdigest()


def _note(digest: Any, folder: Path) -> None:
    with os.scandir(folder) as entries:
        files = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
    lines = sorted("%s %d %d" % (name, state.st_size, state.st_mtime_ns) for name, state in files)
    digest.update("\n".join([str(folder), *lines]).encode("utf-8", "surrogateescape"))


def _read(path: Path, state: str) -> tuple[Images | None, str]:
    """Return what is kept, or None and why it cannot be taken."""
    try:
        with path.open("rb") as file:
            if file.readline(100) != FORMAT:
                return None, "kept images are of another format"
            head = json.loads(file.readline(1 << 20))
            if head["state"] != state:
                return None, "the source has changed since its images were kept"
            content = bytearray(os.fstat(file.fileno()).st_size - file.tell())
            read = file.readinto(content)
    except FileNotFoundError:
        return None, "no images were kept yet"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return None, "kept images cannot be read: %s" % (error,)
    train, test = head["train"], head["test"]
    if read != len(content) or len(content) != (train + test) * (PIXELS + 1) or zlib.crc32(content) != head["sum"]:
        return None, "kept images are cut off or altered"
    everything = torch.frombuffer(content, dtype=torch.uint8)
    pixels = everything[: (train + test) * PIXELS].view(-1, CHANNELS, SIZE, SIZE)
    labels = everything[(train + test) * PIXELS :].long()
    images = Images(
        pixels[:train], labels[:train], pixels[train:], labels[train:], tuple(head["classes"]), head["about"]
    )
    return images, ""


def _write(path: Path, state: str, images: Images) -> None:
    parts = [images.train, images.test, images.train_labels.byte(), images.test_labels.byte()]
    content = b"".join(map(_raw, parts))
    head = {
        "state": state,
        "train": len(images.train),
        "test": len(images.test),
        "classes": images.classes,
        "about": images.about,
        "sum": zlib.crc32(content),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=str(path.parent), prefix=".images-")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor, not a path
            file.write(FORMAT + json.dumps(head).encode("ascii") + b"\n")
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        os.unlink(name)  # noqa: PTH108  # missing_ok came with Python 3.8's pathlib, the file is surely there
        raise


def _raw(tensor: torch.Tensor) -> bytes:
    """Return the bytes of a tensor of bytes; NumPy need not be there."""
    content = bytearray(tensor.numel())
    torch.frombuffer(content, dtype=torch.uint8).copy_(tensor.flatten())
    return bytes(content)
