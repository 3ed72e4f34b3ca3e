"""Steps as CUDA graphs: what holds of them whatever the GPU, shown with a recorder that replays on a CPU."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def worker(name: str) -> Any:
    # Late: collecting the tests must not import torch.
    return importlib.import_module(f"envdoctor.bench.worker.{name}")


class OnCpu:
    """Stands in for a GPU: "recording" keeps the work, replaying does it and writes the result to the same place."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.replayed = 0

    def warm_up(self, work: Callable[[], Any]) -> None:
        for _ in range(3):
            work()

    def record(self, work: Callable[[], Any]) -> tuple[Any, Callable[[], None]]:
        if self.fails:
            raise RuntimeError(self.fails)
        result = work()  # a GPU would only note it; what it changes is put back

        def replay() -> None:
            self.replayed += 1
            result.copy_(work())

        return result, replay


@pytest.fixture(scope="module")
def torch() -> Any:
    return importlib.import_module("torch")


@pytest.fixture(scope="module")
def images() -> Any:
    return worker("data_synthetic").make(worker("images").Wanted(21, 5, 0))


def trainer(pictures: Any, recorder: OnCpu | None = None, **settings: Any) -> Any:
    made = worker("recipe").Trainer({"data": "memory", "batch": 16, "lr": 0.05, **settings}, pictures, "cpu", 0)
    if recorder is not None:
        made._graph = worker("graphs").Graphed(made, recorder)
    return made


def weights(torch: Any, made: Any) -> Any:
    return torch.cat([value.detach().float().flatten() for value in made.net.state_dict().values()])


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="textbook"),
        pytest.param({"net": "textbook_norm", "momentum": 0.0}, id="with running means, without momentum"),
        pytest.param({"amp": "bf16", "channels_last": True, "nesterov": True}, id="half precision"),
        pytest.param({"data": "loader", "workers": 0}, id="a smaller batch at the end of each epoch"),
    ],
)
def test_a_replayed_step_is_the_same_step(torch: Any, images: Any, settings: dict[str, Any]) -> None:
    recorder = OnCpu()
    plain, graphed = trainer(images, **settings), trainer(images, recorder, **settings)
    losses: list[list[Any]] = []
    for one in (plain, graphed):
        torch.manual_seed(5)  # of the loader's order
        losses.append([])
        for _ in range(30):
            one.step()
            losses[-1].append(one.last_loss)

    # Warming up and recording leave no trace, and each loss is its own.
    assert torch.allclose(weights(torch, plain), weights(torch, graphed), atol=1e-5)
    assert torch.allclose(torch.stack(losses[0]).float(), torch.stack(losses[1]).float(), atol=1e-4)
    assert len(set(map(float, losses[1]))) > 20
    assert recorder.replayed == 30 - (2 if settings.get("data") == "loader" else 0)


def test_without_a_gpu_it_is_skipped(images: Any) -> None:
    with pytest.raises(worker("refused").Skip, match="need a GPU"):
        trainer(images, graph=True)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        pytest.param({"amp": "fp16"}, "fp16", id="scaled gradients"),
        pytest.param({"schedule": "triangle"}, "learning rate", id="a schedule"),
        pytest.param({"optimizer": "muon"}, "SGD alone", id="another optimizer"),
        pytest.param({"compile": True}, "graphs of its own", id="compiled"),
    ],
)
def test_what_cannot_be_recorded_is_skipped_with_the_reason(images: Any, settings: dict[str, Any], word: str) -> None:
    made = trainer(images)
    made.settings = {**made.settings, **settings}

    with pytest.raises(worker("refused").Skip, match=word):
        worker("graphs").Graphed(made, OnCpu())


def test_a_recording_that_fails_is_skipped_with_torchs_words(images: Any) -> None:
    made = trainer(images, OnCpu("operation not permitted when\nstream is capturing"))

    with pytest.raises(worker("refused").Skip, match="not permitted when stream is capturing"):
        made.step()


def test_a_part_of_the_images_makes_short_epochs(images: Any) -> None:
    made = trainer(images, images=64)

    assert made.images_per_epoch == 64
    assert len(made.epochs) == 4
    assert trainer(images, images=10**9).images_per_epoch == 210
