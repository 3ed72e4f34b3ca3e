"""Trains for whole epochs, or a part of one, and tests; the clock covers the training alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

import torch
from torch.nn.functional import cross_entropy

from .recipe import Trainer

if TYPE_CHECKING:
    from .images import Images

TEST_BATCH = 500


def train(
    settings: dict[str, Any], images: Images, device: str, *, epochs: float, seed: int, tell: Callable[..., None]
) -> dict[str, Any]:
    """Train from fresh weights and return losses, accuracies and times."""
    trainer = Trainer(settings, images, device, seed)
    trainer.enter()
    per_epoch = len(trainer.epochs)
    trainer.planned = max(1, round(epochs * per_epoch))
    losses: list[list[torch.Tensor]] = [[]]
    began, cpu = time.perf_counter(), time.process_time()
    told = began
    while trainer.done < trainer.planned:
        if len(losses[-1]) == per_epoch:
            losses.append([])
        trainer.step()
        if trainer.last_loss is not None:
            losses[-1].append(trainer.last_loss)
        if time.perf_counter() - told > 1:
            told = time.perf_counter()
            tell(progress=[trainer.done, trainer.planned])
    if device != "cpu":
        torch.cuda.synchronize(device)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    found = test(trainer, images, device)
    trainer.close()
    return {
        "epochs": epochs,
        "steps": trainer.done,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "prepare_seconds": trainer.prepare_seconds,
        # Of each epoch: the sum of the batches' means over the number of batches.
        "train_loss": [float(torch.stack(epoch).float().mean()) for epoch in losses],
        **found,
    }


def test(trainer: Trainer, images: Images, device: str) -> dict[str, Any]:
    """Return the mean loss per image, and the share of right answers, in all and of each class."""
    trainer.net.eval()
    kind = torch.float16 if trainer.settings["amp"] == "fp16" else torch.bfloat16
    total, answers = 0.0, []
    with torch.no_grad(), torch.autocast(torch.device(device).type, kind, enabled=bool(trainer.settings["amp"])):
        for pixels, labels in zip(torch.split(images.test, TEST_BATCH), torch.split(images.test_labels, TEST_BATCH)):
            scores = trainer.net(trainer.epochs.to_test(pixels)).float().cpu()
            total += float(cross_entropy(scores, labels, reduction="sum"))
            answers.append(scores.argmax(1))
    trainer.net.train()
    right = torch.cat(answers) == images.test_labels
    tested = len(images.test_labels)
    return {
        "test_loss": total / tested,
        "correct": int(right.sum()),
        "tested": tested,
        "accuracy": int(right.sum()) / tested,
        "class_accuracy": {
            name: float(right[images.test_labels == index].float().mean()) for index, name in enumerate(images.classes)
        },
    }
