"""A net in training in one of several processes: its share of each batch, its wrapper, its step."""

from __future__ import annotations

import multiprocessing
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from . import nets
from .loading import Pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIDDLE = 0.5
TEST_BATCH = 500


class Part(NamedTuple):
    """Which share of each batch a process takes: the `number`-th of `total` equal ones, from 0."""

    number: int
    total: int


class Shares:
    """The numbers of the images of each batch, this process's share of them. Every epoch has its own order.

    The batches are the same however many processes share them, so that equal work means equal gradients.
    """

    def __init__(self, images: int, batch: int, part: Part, seed: int) -> None:
        self._images, self._batch, self._part = images, batch, part
        self._random = torch.Generator().manual_seed(seed)

    def __iter__(self) -> Iterator[list[int]]:
        order = torch.randperm(self._images, generator=self._random).tolist()
        share = self._batch // self._part.total
        for start in range(0, len(self) * self._batch, self._batch):
            first = start + self._part.number * share
            yield order[first : first + share]

    def __len__(self) -> int:
        return self._images // self._batch


class Kept(NamedTuple):
    """Images and labels, bytes in memory that all processes of a machine share."""

    pixels: torch.Tensor
    labels: torch.Tensor
    test_pixels: torch.Tensor
    test_labels: torch.Tensor


def kept(folder: Path, about: dict[str, Any]) -> Kept:
    """Map the files that the worker wrote; the memory is the system's file cache, once for all."""

    def mapped(name: str, *shape: int) -> torch.Tensor:
        size = 1
        for length in shape:
            size *= length
        return torch.from_file(str(folder / name), shared=False, size=size, dtype=torch.uint8).view(shape)

    train, test, image = about["train"], about["test"], about["image"]
    return Kept(
        mapped("train", train, *image), mapped("train-labels", train).long(),
        mapped("test", test, *image), mapped("test-labels", test).long(),
    )  # fmt: skip


class Work:
    """A net, an optimizer, and a share of the data."""

    def __init__(self, plan: dict[str, Any], data: Kept, part: Part, side: dict[str, Any], device: str) -> None:
        s = self.settings = {**plan["settings"], **side}
        self.device, self.threads = device, side["threads"]
        self.last_loss: Any = None
        torch.manual_seed(plan["seed"])
        self.net: Any = nets.build(s["net"], plan["classes"]).to(device)
        self.wrapped: Any = _wrapped(self.net, side.get("wrap"), device)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=s["lr"], momentum=s["momentum"])
        shares = Shares(len(data.labels), plan["batch"], part, plan["seed"])
        self._loader = _loader(data, shares, s) if s["data"] == "loader" else None
        self._pixels, self._labels = data.pixels, data.labels
        if self._loader is None and device != "cpu":
            self._pixels, self._labels = data.pixels.to(device), data.labels.to(device)
        self._shares = shares
        self._batches: Iterator[Any] = iter(())
        self.settle = s["workers"] * 2 if self._loader is not None else 0

    def enter(self) -> None:
        """Set what belongs to the whole process."""
        torch.set_num_threads(self.threads)

    def step(self) -> tuple[float, float, float, float]:
        """Learn from the next batch; return when the step began, had its batch, had sent it, and returned."""
        began = time.perf_counter()
        batch = next(self._batches, None)
        if batch is None:
            self._batches = iter(self._loader if self._loader is not None else self._shares)
            batch = next(self._batches)
        if self._loader is None:
            batch = (normalised(self._pixels[batch]), self._labels[batch])
        got = time.perf_counter()
        pixels, labels = batch[0].to(self.device), batch[1].to(self.device)
        sent = time.perf_counter()
        self.optimizer.zero_grad(set_to_none=True)
        loss = cross_entropy(self.wrapped(pixels), labels)
        torch.autograd.backward(loss)
        self.optimizer.step()
        self.last_loss = loss.detach()
        return began, got, sent, time.perf_counter()

    def wait(self) -> None:
        """Wait until the device has done all."""
        if self.device != "cpu":
            torch.cuda.synchronize(self.device)

    def weights(self) -> torch.Tensor:
        """Return all weights in one row, on the CPU."""
        return torch.cat([p.detach().flatten().double().cpu() for p in self.net.parameters()])

    def test(self, data: Kept) -> dict[str, Any]:
        """Return the mean loss per test image and the share of right answers."""
        total, right = 0.0, 0
        with torch.no_grad():
            for pixels, labels in zip(
                torch.split(data.test_pixels, TEST_BATCH), torch.split(data.test_labels, TEST_BATCH)
            ):
                scores = self.net(normalised(pixels).to(self.device)).float().cpu()
                total += float(cross_entropy(scores, labels, reduction="sum"))
                right += int((scores.argmax(1) == labels).sum())
        tested = len(data.test_labels)
        return {"test_loss": total / tested, "correct": right, "tested": tested, "accuracy": right / tested}

    def close(self) -> None:
        """End the loader's processes."""
        self._batches = iter(())
        if self._loader is not None:
            self._loader._iterator = None  # noqa: SLF001  # with persistent workers there is no public way


def normalised(pixels: torch.Tensor) -> torch.Tensor:
    """Turn bytes into numbers from -1 to 1."""
    return pixels.float().div_(255).sub_(MIDDLE).div_(MIDDLE)


def _wrapped(net: Any, wrap: str | None, device: str) -> Any:
    if wrap == "ddp":
        return torch.nn.parallel.DistributedDataParallel(net, device_ids=None if device == "cpu" else [device])
    if wrap == "data_parallel":
        return torch.nn.DataParallel(net)
    return net


def _loader(data: Kept, shares: Shares, settings: dict[str, Any]) -> Any:
    workers = settings["workers"]
    more: dict[str, Any] = {"persistent_workers": True} if workers else {}
    if workers and "fork" in multiprocessing.get_all_start_methods():
        more["multiprocessing_context"] = "fork"
    sampler: Any = shares
    return DataLoader(
        Pictures(data.pixels, data.labels, settings["augment"]), batch_sampler=sampler, num_workers=workers, **more
    )
