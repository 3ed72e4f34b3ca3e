"""Where batches come from: a DataLoader that makes image after image, or whole batches out of memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from .images import SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .images import Images

SAMPLE = 2000
"""Images from which a stem is computed."""
MOST_TURN = 15.0
PAD = 2
SETTLE = 2


class Pictures(Dataset[Any]):
    """Bytes in memory, turned into numbers one image at a time, as torchvision's ToTensor and Normalize do it."""

    def __init__(self, pixels: torch.Tensor, labels: torch.Tensor, augment: str | None) -> None:
        self._pixels = pixels
        self._labels = labels
        self._augment = augment

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = self._pixels[index].to(torch.float32).div(255)
        if self._augment == "affine":
            image = _affine(image)
        return image.sub(0.5).div(0.5), int(self._labels[index])


def _affine(image: torch.Tensor) -> torch.Tensor:
    """Turn, scale and shift an image at random."""
    turn, scale, right, down = (torch.rand(4) * 2 - 1).tolist()
    angle, size = math.radians(MOST_TURN * turn), 1 + 0.1 * scale
    cosine, sine = math.cos(angle) * size, math.sin(angle) * size
    matrix = torch.tensor([[[cosine, -sine, 0.1 * right], [sine, cosine, 0.1 * down]]])
    grid = functional.affine_grid(matrix, [1, *image.shape], align_corners=False)
    return functional.grid_sample(image.unsqueeze(0), grid, align_corners=False)[0]


class LoaderEpochs:
    """A DataLoader. `settle` batches are ready before anybody asks: they say nothing about its speed."""

    def __init__(self, images: Images, settings: dict[str, Any], device: str) -> None:
        s, workers = settings, settings["workers"]
        more: dict[str, Any] = {}
        if workers:
            more["persistent_workers"] = s["persistent_workers"]
            if s["start_method"]:
                more["multiprocessing_context"] = s["start_method"]
            if s["prefetch_factor"]:
                more["prefetch_factor"] = s["prefetch_factor"]
        self._device = device
        self._pinned = s["pin_memory"]
        self._layout = torch.channels_last if s["channels_last"] else torch.contiguous_format
        self._pixels = images.train
        self.settle = workers * (s["prefetch_factor"] or SETTLE)
        pictures = Pictures(images.train, images.train_labels, s["augment"])
        self.loader = DataLoader(
            pictures, batch_size=s["batch"], shuffle=True, num_workers=workers, pin_memory=s["pin_memory"], **more
        )

    def __iter__(self) -> Iterator[Any]:
        return iter(self.loader)

    def __len__(self) -> int:
        return len(self.loader)

    def sample(self) -> torch.Tensor:
        """Return some images, normalised."""
        return self._pixels[:SAMPLE].float().div(255).sub(0.5).div(0.5)

    def to_device(self, batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Copy a batch to where it is used."""
        pixels = batch[0].to(self._device, non_blocking=self._pinned, memory_format=self._layout)
        return pixels, batch[1].to(self._device, non_blocking=self._pinned)

    def to_test(self, pixels: torch.Tensor) -> torch.Tensor:
        """Normalise and copy test images."""
        scaled = pixels.to(self._device).float().div(255).sub(0.5).div(0.5)
        return scaled.contiguous(memory_format=self._layout)

    def close(self) -> None:
        """End the processes."""
        self.loader._iterator = None  # noqa: SLF001  # with persistent workers there is no public way


class MemoryEpochs:
    """All images on the device, normalised once; an epoch is a permutation. The last, smaller batch is left out."""

    settle = 0

    def __init__(self, images: Images, settings: dict[str, Any], device: str, seed: int) -> None:
        self._device = device
        self._batch: int = min(settings["batch"], len(images.train_labels))
        self._mirror = settings["augment"] in ("flip", "flip_shift")
        self._pad = PAD if settings["augment"] == "flip_shift" else 0
        self._type = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(settings["amp"], torch.float32)
        self._layout = torch.channels_last if settings["channels_last"] else torch.contiguous_format
        some = images.train[:SAMPLE].float().div(255)
        self._mean = some.mean((0, 2, 3)).view(1, -1, 1, 1)
        self._spread = some.std((0, 2, 3)).view(1, -1, 1, 1)
        self._raw = images.train
        self._pixels = self._whole(images.train, self._pad)
        self._labels = images.train_labels.to(device)
        self._random = torch.Generator().manual_seed(seed)
        self._round = 0

    def __iter__(self) -> Iterator[Any]:
        order = torch.randperm(len(self._labels), generator=self._random).to(self._device)
        self._round += 1
        for start in range(0, len(self) * self._batch, self._batch):
            index = order[start : start + self._batch]
            pixels = self._pixels[index]
            yield (self._moved(pixels, index) if self._mirror else pixels), self._labels[index]

    def __len__(self) -> int:
        return len(self._labels) // self._batch

    def _moved(self, pixels: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        """Shift a batch by the same random way; mirror each image in every second epoch, half of them in this."""
        down, right = torch.randint(0, 2 * self._pad + 1, (2,), generator=self._random).tolist()
        cut = pixels[:, :, down : down + SIZE, right : right + SIZE]
        mirrored = ((index + self._round) % 2 == 0).view(-1, 1, 1, 1)
        return torch.where(mirrored, cut.flip(3), cut).contiguous(memory_format=self._layout)

    def sample(self) -> torch.Tensor:
        """Return some images, normalised."""
        return self.to_test(self._raw[:SAMPLE])

    def to_device(self, batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the batch: it is there."""
        return batch[0], batch[1]

    def to_test(self, pixels: torch.Tensor) -> torch.Tensor:
        """Normalise and copy test images."""
        return self._normal(pixels).to(self._device, self._type, memory_format=self._layout)

    def _whole(self, pixels: torch.Tensor, pad: int) -> torch.Tensor:
        """Normalise all images, mirrored `pad` pixels beyond their edges. Memory for all of them is taken once."""
        count, channels, height, width = pixels.shape
        size = (count, channels, height + 2 * pad, width + 2 * pad)
        whole = torch.empty(size, dtype=self._type, device=self._device, memory_format=self._layout)
        for start in range(0, count, SAMPLE):
            part = self._normal(pixels[start : start + SAMPLE])
            # Padded as float32: torch 2.0 reflects no bfloat16 on a CPU.
            whole[start : start + SAMPLE] = functional.pad(part, (pad,) * 4, "reflect") if pad else part
        return whole

    def _normal(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels.float().div_(255).sub_(self._mean).div_(self._spread)

    def close(self) -> None:
        """Nothing runs."""


def epochs_of(images: Images, settings: dict[str, Any], device: str, seed: int) -> Any:
    """Return an object that yields the batches of an epoch each time it is iterated."""
    if settings["data"] == "memory":
        return MemoryEpochs(images, settings, device, seed)
    return LoaderEpochs(images, settings, device)
