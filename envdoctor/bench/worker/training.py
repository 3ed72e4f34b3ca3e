"""Trains for whole epochs, or a part of one, and tests; the clock covers the training alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

import torch
from torch.nn.functional import cross_entropy

from .recipe import DEFAULTS, Trainer

if TYPE_CHECKING:
    from .images import Images

TEST_BATCH = 500
MOST_HELD = 2000
"""Images held back for validation: they tell an accuracy of 60 % to about 1 % (one standard error)."""


def train(
    settings: dict[str, Any], images: Images, device: str, *, epochs: float, seed: int, tell: Callable[..., None]
) -> dict[str, Any]:
    """Train from fresh weights and return losses, accuracies and times.

    Some training images are held back: after each epoch they tell how well what was learnt goes beyond it. The test
    images are looked at once, at the end, so that nothing can be chosen by them.
    """
    kept, held = _split(images, settings.get("validation", DEFAULTS["validation"]), seed)
    trainer = Trainer(settings, kept, device, seed)
    trainer.enter()
    per_epoch = len(trainer.epochs)
    trainer.planned = max(1, round(epochs * per_epoch))
    clock = _Clock(device)
    losses: list[list[torch.Tensor]] = [[]]
    validation: list[dict[str, Any]] = []
    told = time.perf_counter()
    clock.go()
    while trainer.done < trainer.planned:
        trainer.step()
        if trainer.last_loss is not None:
            losses[-1].append(trainer.last_loss)
        if time.perf_counter() - told > 1:
            told = time.perf_counter()
            tell(progress=[trainer.done, trainer.planned])
        if trainer.done % per_epoch == 0 or trainer.done == trainer.planned:
            clock.stop()
            if held is not None:
                validation.append(_scores(trainer, *held, device))
            if trainer.done < trainer.planned:
                losses.append([])
                clock.go()
    found = test(trainer, images, device)
    trainer.close()
    return {
        "epochs": epochs,
        "steps": trainer.done,
        "seconds": clock.seconds,
        "cpu_seconds": clock.cpu_seconds,
        "prepare_seconds": trainer.prepare_seconds,
        # Of each epoch: the sum of the batches' means over the number of batches.
        "train_loss": [float(torch.stack(epoch).float().mean()) for epoch in losses],
        # Of each epoch: sums over the images, over their number.
        "validation_loss": [one["loss"] for one in validation],
        "validation_accuracy": [one["correct"] / one["images"] for one in validation],
        "train_images": len(kept.train_labels),
        "validation_images": 0 if held is None else len(held[1]),
        **found,
    }


class _Clock:
    """Counts the time of training alone: it stands still while something is validated."""

    def __init__(self, device: str) -> None:
        self._device = device
        self.seconds = self.cpu_seconds = 0.0
        self._began = self._cpu = 0.0

    def go(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        if self._device != "cpu":
            torch.cuda.synchronize(self._device)
        self.seconds += time.perf_counter() - self._began
        self.cpu_seconds += time.process_time() - self._cpu


def _split(images: Images, share: float, seed: int) -> tuple[Images, tuple[torch.Tensor, torch.Tensor] | None]:
    """Hold back a seeded choice of the training images, at most `MOST_HELD`."""
    number = min(MOST_HELD, int(share * len(images.train_labels)))
    if not number:
        return images, None
    order = torch.randperm(len(images.train_labels), generator=torch.Generator().manual_seed(seed))
    rest, held = order[number:].sort().values, order[:number]
    kept = images._replace(train=images.train[rest], train_labels=images.train_labels[rest])
    return kept, (images.train[held], images.train_labels[held])


def _scores(trainer: Trainer, pixels: torch.Tensor, labels: torch.Tensor, device: str) -> dict[str, Any]:
    """Return the mean loss per image and which answers are right."""
    trainer.net.eval()
    kind = torch.float16 if trainer.settings["amp"] == "fp16" else torch.bfloat16
    total, answers = 0.0, []
    with torch.no_grad(), torch.autocast(torch.device(device).type, kind, enabled=bool(trainer.settings["amp"])):
        for some, names in zip(torch.split(pixels, TEST_BATCH), torch.split(labels, TEST_BATCH)):
            shown = trainer.epochs.to_test(some)
            scores = trainer.net(shown).float().cpu()
            if trainer.settings["test_flip"]:
                scores = (scores + trainer.net(shown.flip(3)).float().cpu()) / 2
            total += float(cross_entropy(scores, names, reduction="sum"))
            answers.append(scores.argmax(1))
    trainer.net.train()
    right = torch.cat(answers) == labels
    return {"loss": total / len(labels), "right": right, "correct": int(right.sum()), "images": len(labels)}


def test(trainer: Trainer, images: Images, device: str) -> dict[str, Any]:
    """Return the mean loss per test image, and the share of right answers, in all and of each class."""
    found = _scores(trainer, images.test, images.test_labels, device)
    right, tested = found["right"], found["images"]
    return {
        "test_loss": found["loss"],
        "correct": found["correct"],
        "tested": tested,
        "accuracy": found["correct"] / tested,
        "class_accuracy": {
            name: float(right[images.test_labels == index].float().mean()) for index, name in enumerate(images.classes)
        },
    }
