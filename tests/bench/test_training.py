"""Losses of a training: over batches in training, over images in tests; what is held back stays unseen."""

import importlib
from typing import Any

import pytest

pytestmark = pytest.mark.slow
SETTINGS = {"data": "memory", "batch": 32, "threads": 1, "lr": 0.01, "validation": 0.1}


def worker(name: str) -> Any:
    # Late: collecting the tests must not import torch.
    return importlib.import_module(f"envdoctor.bench.worker.{name}")


@pytest.fixture(scope="module")
def torch() -> Any:
    return importlib.import_module("torch")


@pytest.fixture(scope="module")
def images() -> Any:
    """210 images to train with and 70 to test with: no multiple of a batch."""
    return worker("data_synthetic").make(worker("images").Wanted(21, 7, 0))


@pytest.fixture(scope="module")
def trained(images: Any) -> dict[str, Any]:
    found: dict[str, Any] = worker("training").train(SETTINGS, images, "cpu", epochs=2.5, seed=3, tell=lambda **_: None)
    return found


def test_what_is_held_back_is_neither_trained_nor_lost(torch: Any, images: Any) -> None:
    kept, held = worker("training")._split(images, 0.1, seed=3)
    again = worker("training")._split(images, 0.1, seed=3)[1]
    rows = torch.cat([kept.train, held[0]]).flatten(1).tolist()

    assert (len(kept.train), len(held[0])) == (189, 21)
    assert sorted(rows) == sorted(images.train.flatten(1).tolist())
    assert torch.equal(held[0], again[0])
    assert torch.equal(kept.test, images.test)


def test_nothing_is_held_back_where_nothing_was_wanted(images: Any) -> None:
    kept, held = worker("training")._split(images, 0.0, seed=3)

    assert kept is images
    assert held is None


def test_each_epoch_has_its_losses(trained: dict[str, Any]) -> None:
    # 189 images: five batches of 32 an epoch, the smaller sixth is left out.
    assert trained["steps"] == 12
    assert len(trained["train_loss"]) == len(trained["validation_loss"]) == len(trained["validation_accuracy"]) == 3
    assert (trained["train_images"], trained["validation_images"]) == (189, 21)
    assert all(0 <= share <= 1 for share in trained["validation_accuracy"])


def test_test_losses_are_means_over_images_whatever_the_batches(torch: Any, images: Any) -> None:
    trainer = worker("recipe").Trainer(SETTINGS, images, "cpu", 0)
    training = worker("training")
    whole = training.test(trainer, images, "cpu")
    training.TEST_BATCH, before = 33, training.TEST_BATCH
    parts = training.test(trainer, images, "cpu")
    training.TEST_BATCH = before
    trainer.net.eval()
    with torch.no_grad():
        scores = trainer.net(trainer.epochs.to_test(images.test))
    wanted = float(torch.nn.functional.cross_entropy(scores, images.test_labels))

    assert whole["test_loss"] == pytest.approx(wanted, rel=1e-5)
    assert parts["test_loss"] == pytest.approx(wanted, rel=1e-5)
    assert parts["correct"] == whole["correct"]
    assert sum(whole["class_accuracy"].values()) / 10 == pytest.approx(whole["accuracy"])
