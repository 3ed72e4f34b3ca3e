"""Batches that grow until there is no room, in this process, with nets that refuse beyond a size."""

import importlib
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def worker(name: str) -> Any:
    return importlib.import_module(f"envdoctor.bench.worker.{name}")


@pytest.fixture(scope="module")
def images() -> Any:
    return worker("data_synthetic").make(worker("images").Wanted(20, 5, 0))


def looker(images: Any, largest: int, message: str) -> Any:
    settings = {"data": "memory", "batch": 4, "threads": 1}
    trainer = worker("recipe").Trainer(settings, images, "cpu", 0)
    trainer.step()
    forward = trainer.net.forward

    def limited(pixels: Any) -> Any:
        if len(pixels) > largest:
            raise RuntimeError(message)
        return forward(pixels)

    trainer.net.forward = limited
    return worker("memory_fit")._Looker(trainer, images, "cpu")


@pytest.mark.parametrize("largest", [1, 37, 64, 120])
def test_the_largest_batch_is_found_and_the_process_lives(images: Any, largest: int) -> None:
    found = looker(images, largest, "CUDA out of memory. Tried to allocate 2 GiB")
    reason = found.grow()
    best = max(row["batch"] for row in found.rows)

    assert "out of memory at batch" in reason
    assert best <= largest < found.refused
    assert found.refused - best <= max(1, best // 8) + 1


def test_a_refusal_for_another_reason_ends_it_with_its_words(images: Any) -> None:
    found = looker(images, 30, "CUDNN_STATUS_NOT_SUPPORTED at this size")

    assert found.grow() == "batch 32: CUDNN_STATUS_NOT_SUPPORTED at this size"
    assert max(row["batch"] for row in found.rows) <= 30


def test_an_error_that_is_no_matter_of_size_is_one(images: Any) -> None:
    with pytest.raises(RuntimeError, match="weights are gone"):
        looker(images, 0, "the weights are gone").grow()


def test_activations_are_counted_storage_by_storage(images: Any) -> None:
    [one, two] = [looker(images, 8, "")._row(batch) for batch in (1, 2)]
    # Kept by ReLU, max-pool (with the places of the maxima) and the linear layers, in float32 and int64:
    # 4704 + 1176 (8 more bytes each) + 1600 + 400 (the same) + 120 + 84, and the scores' logarithms.
    first, second = 4704, 1600
    pooled = first // 4 + second // 4
    floats = first + second + pooled + 120 + 84 + 10
    expected = 4 * floats + 8 * pooled

    assert two["activation_bytes"] - one["activation_bytes"] == pytest.approx(expected, abs=50)
    assert two["input_bytes"] - one["input_bytes"] == 3 * 32 * 32 * 4 + 8


KIB, MIB = 1 << 10, 1 << 20


class Card:
    """A GPU's account of memory: torch's numbers for it are handed out, tensors lie in main memory."""

    def __init__(self, total: int, *, lends: bool = False) -> None:
        self.total, self.lends = total, lends
        self.base = self.reserved = 10 * MIB
        self.peak = 0

    def step(self, images: int) -> None:
        self.peak = self.base + images * 100 * KIB
        if self.peak > self.total - 100 * MIB and not self.lends:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        self.reserved = max(self.reserved, self.peak + MIB)

    def installed(self, torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = {
            "mem_get_info": lambda _d: (max(0, self.total - self.reserved - 50 * MIB), self.total),
            "memory_reserved": lambda _d: self.reserved,
            "memory_allocated": lambda _d: self.base,
            "memory_stats": lambda _d: {
                "allocated_bytes.all.peak": self.peak,
                "reserved_bytes.all.peak": self.reserved,
            },
            "reset_peak_memory_stats": lambda _d: None,
            "synchronize": lambda _d: None,
            "empty_cache": lambda: None,
        }
        for name, answer in answers.items():
            monkeypatch.setattr(torch.cuda, name, answer)


def on_card(images: Any, card: Card, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run the experiment as on a GPU: "cpu:0" is a device that is not called "cpu"."""
    card.installed(importlib.import_module("torch"), monkeypatch)
    nets = worker("nets")
    build = nets.build

    def limited(*arguments: Any) -> Any:
        net = build(*arguments)
        forward = net.forward

        def counted(pixels: Any) -> Any:
            card.step(len(pixels))
            return forward(pixels)

        net.forward = counted
        return net

    monkeypatch.setattr(nets, "build", limited)
    request = {"device": "cpu:0", "seed": 0, "settings": {"threads": 1}}
    found: dict[str, Any] = worker("memory_fit").memory(request, images)
    return found


def test_memory_of_a_gpu_is_split_predicted_and_its_largest_batch_found(
    images: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Card(300 * MIB)  # 190 MiB for images: 1945 of them
    found = on_card(images, card, monkeypatch)

    assert "out of memory at batch 2048" in found["ended_because"]
    assert 1945 * 0.87 < found["largest_batch_tried"] <= 1945 < found["smallest_batch_refused"]
    assert found["bytes_per_image"] == 100 * KIB
    assert found["prediction_error"] == pytest.approx(0)
    assert found["largest_batch_predicted"] == pytest.approx(1945, rel=0.3)  # 50 MiB of slack are counted as free
    assert found["spilled_at_batch"] is None
    assert found["step_measured_bytes"] == found["largest_batch_tried"] * 100 * KIB
    assert found["cache_bytes"] == MIB
    assert found["outside_torch_bytes"] == 50 * MIB


def test_a_gpu_that_lends_main_memory_is_stopped_there(images: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = on_card(images, Card(300 * MIB, lends=True), monkeypatch)

    assert found["spilled_at_batch"] == 4096
    assert "torch holds 411 MiB, and the GPU has 300" in found["spill_reason"]
    assert "memory that is not the GPU's" in found["ended_because"]
