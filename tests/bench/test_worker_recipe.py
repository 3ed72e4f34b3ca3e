"""The tuned recipe: its optimizer, its net, its learning rate and what it learns, in this process."""

import importlib
from typing import Any

import pytest

from envdoctor.bench.experiments import EXPERIMENTS, TUNED

pytestmark = pytest.mark.slow


def worker(name: str) -> Any:
    # Late: collecting the tests must not import torch.
    return importlib.import_module(f"envdoctor.bench.worker.{name}")


@pytest.fixture(scope="module")
def torch() -> Any:
    return importlib.import_module("torch")


@pytest.fixture(scope="module")
def images() -> Any:
    return worker("data_synthetic").make(worker("images").Wanted(40, 10, 0))


def trained(images: Any, epochs: float = 2.0, **changes: Any) -> dict[str, Any]:
    settings = {**TUNED, "amp": None, "batch": 32, "threads": 1, **changes}
    result: dict[str, Any] = worker("training").train(
        settings, images, "cpu", epochs=epochs, seed=0, tell=lambda **_: None
    )
    return result


@pytest.mark.parametrize("shape", [(8, 20), (20, 8), (12, 12), (1, 9)])
def test_a_matrix_is_made_roughly_orthogonal(torch: Any, shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    made = worker("muon").orthogonal(torch.randn(shape))
    values = torch.linalg.svdvals(made)

    assert made.shape == shape
    assert float(values.max()) < 1.3
    assert float(values.mean()) > 0.5


def test_no_direction_gives_no_step(torch: Any) -> None:
    assert worker("muon").orthogonal(torch.zeros(3, 4)).abs().max() == 0


def test_what_is_no_kernel_moves_as_by_nesterovs_momentum(torch: Any) -> None:
    start, gradients = torch.tensor([1.0, -2.0]), torch.tensor([[0.5, 0.1], [-0.2, 0.4], [0.3, 0.3]])
    ours, torchs = (torch.nn.Parameter(start.clone()) for _ in range(2))
    muon = worker("muon").Muon([], [{"params": [ours], "lr": 0.1, "momentum": 0.85}], lr=1.0, momentum=0.6)
    sgd = torch.optim.SGD([torchs], lr=0.1, momentum=0.85, nesterov=True)
    for gradient in gradients:
        for parameter, optimizer in ((ours, muon), (torchs, sgd)):
            parameter.grad = gradient.clone()
            optimizer.step()

    assert torch.allclose(ours, torchs)
    assert not torch.allclose(ours, start)


def test_a_kernel_keeps_its_length_and_moves_against_its_gradient(torch: Any) -> None:
    torch.manual_seed(0)
    kernel = torch.nn.Parameter(torch.randn(6, 4, 3, 3))
    kernel.grad = torch.randn(6, 4, 3, 3)
    before = kernel.detach() * 6**0.5 / kernel.detach().norm()
    worker("muon").Muon([kernel], [], lr=0.01, momentum=0.6).step()
    moved = kernel.detach() - before

    assert 0 < float(moved.norm()) < 0.05
    assert float((moved * kernel.grad).sum()) < 0


def test_a_parameter_without_a_gradient_stays(torch: Any) -> None:
    kernel = torch.nn.Parameter(torch.ones(2, 2, 3, 3))
    worker("muon").Muon([kernel], [], lr=0.1, momentum=0.6).step()

    assert torch.equal(kernel.detach(), torch.ones(2, 2, 3, 3))


def test_every_rate_rises_and_falls_to_zero(images: Any) -> None:
    trainer = worker("recipe").Trainer({**TUNED, "amp": None, "batch": 50, "threads": 1}, images, "cpu", 0)
    trainer.planned = 10
    seen = []
    for _ in range(10):
        trainer.step()
        seen.append([group["lr"] for group in trainer.optimizer.param_groups])
    trainer.close()

    assert seen[1] == pytest.approx([TUNED["kernel_lr"], TUNED["lr"], TUNED["head_lr"]])
    assert seen[-1] == pytest.approx([0, 0, 0])
    assert [rates[0] for rates in seen[1:]] == sorted((rates[0] for rates in seen[1:]), reverse=True)


def test_every_learned_weight_is_in_one_group(images: Any) -> None:
    trainer = worker("recipe").Trainer({**TUNED, "net": "patches_fine", "amp": None, "threads": 1}, images, "cpu", 0)
    grouped = [id(one) for group in trainer.optimizer.param_groups for one in group["params"]]
    trainer.close()

    assert sorted(grouped) == sorted(id(one) for one in trainer.parameters)


@pytest.mark.parametrize("row", [one for one in EXPERIMENTS if "tuned" in one.name], ids=lambda one: one.name)
def test_each_tuned_row_learns(images: Any, row: Any) -> None:
    found = trained(images, 3.0, **{**row.settings, "amp": None, "batch": 32})

    # Chance gives 0.1, and 0.2 once in a thousand times.
    assert found["accuracy"] > 0.25
    assert found["train_loss"][-1] < found["train_loss"][0]


def test_bf16_learns_too(images: Any) -> None:
    assert trained(images, amp="bf16", augment="flip_shift")["accuracy"] > 0.5


def test_grey_images_make_a_finite_stem(images: Any) -> None:
    grey = images.train[:, :1].expand(-1, 3, -1, -1).contiguous()
    found = trained(images._replace(train=grey), epochs=0.5)

    assert found["test_loss"] < 10


def test_images_without_any_contrast_make_a_finite_stem(torch: Any) -> None:
    net = worker("nets").build("patches_128", 10, torch.zeros(50, 3, 32, 32))

    assert bool(torch.isfinite(net.stem.weight).all())


def test_the_answer_to_an_image_and_its_mirror_image_is_the_same(torch: Any, images: Any) -> None:
    def tested(shown: Any) -> float:
        torch.manual_seed(0)
        trainer = worker("recipe").Trainer({**TUNED, "amp": None, "threads": 1, "test_flip": True}, images, "cpu", 0)
        found: dict[str, Any] = worker("training").test(trainer, images._replace(test=shown), "cpu")
        trainer.close()
        return float(found["test_loss"])

    assert tested(images.test) == pytest.approx(tested(images.test.flip(3)), rel=1e-5)


def test_mirrored_images_are_not_shifted_and_change_sides_each_epoch(torch: Any, images: Any) -> None:
    few = images._replace(train=images.train[:20], train_labels=images.train_labels[:20])
    settings = {**worker("recipe").DEFAULTS, **TUNED, "amp": None, "augment": "flip", "batch": 20}
    epochs = worker("loading").MemoryEpochs(few, settings, "cpu", 0)
    plain = epochs.to_test(few.train)
    seen = []
    for _ in range(2):
        [(pixels, _labels)] = list(epochs)
        same = {i for i, one in enumerate(plain) if any(torch.equal(one, other) for other in pixels)}
        mirrored = {i for i, one in enumerate(plain.flip(3)) if any(torch.equal(one, other) for other in pixels)}
        seen.append(same)

        assert same | mirrored == set(range(20))

    assert len(seen[0]) == len(seen[1]) == 10
    assert not seen[0] & seen[1]
