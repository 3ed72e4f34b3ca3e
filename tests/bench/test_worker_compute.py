"""Training and comparing, in this process: small nets, and faults put into them."""

import importlib
import math
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def worker(name: str) -> Any:
    # Late: collecting the tests must not import torch.
    return importlib.import_module(f"envdoctor.bench.worker.{name}")


@pytest.fixture(scope="module")
def torch() -> Any:
    return importlib.import_module("torch")


@pytest.fixture(scope="module")
def images() -> Any:
    return worker("data_synthetic").make(worker("images").Wanted(20, 10, 0))


def net(torch: Any, seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return worker("model").build(10)


def plan(**changes: Any) -> Any:
    return worker("train").Plan(**{"seconds": 60.0, "least": 12, "most": 12, "limit": 60.0, **changes})


def trained(torch: Any, images: Any, **changes: Any) -> dict[str, Any]:
    told: list[tuple[int, int]] = []
    result: dict[str, Any] = worker("train").train(
        net(torch), images, plan(**changes), "cpu", seed=0, tell=lambda done, of: told.append((done, of))
    )
    return {**result, "told": told}


def test_as_many_steps_as_planned_each_with_its_time(torch: Any, images: Any) -> None:
    found = trained(torch, images)

    assert len(found["loss"]) == 12
    assert len(found["seconds_per_step"]) == 11
    assert found["window_seconds"] == pytest.approx(sum(found["seconds_per_step"]), rel=0.2)
    assert found["told"][-1] == (12, 12)


def test_the_same_seed_gives_the_same_losses(torch: Any, images: Any) -> None:
    first, again = (trained(torch, images)["loss"] for _ in range(2))

    assert first == pytest.approx(again, rel=1e-4)


def test_too_little_time_leaves_the_least(torch: Any, images: Any) -> None:
    found = trained(torch, images, seconds=0.0, least=40, most=100_000)

    assert 40 <= len(found["loss"]) < 1000


def test_the_limit_cuts_even_the_least(torch: Any, images: Any) -> None:
    found = trained(torch, images, seconds=0.0, least=100_000, most=100_000, limit=0.0)

    assert len(found["loss"]) < 2000


@pytest.mark.parametrize(
    ("planned", "done", "measured", "elapsed", "left"),
    [
        pytest.param(160, 16, 1.0, 1.1, 160, id="fast enough: all of them"),
        pytest.param(160, 11, 2.0, 2.2, 60, id="5 a second for 12 s"),
        pytest.param(160, 2, 4.0, 8.0, 40, id="slow: the least"),
        pytest.param(60, 50, 1.0, 1.1, 60, id="never more than planned before"),
        pytest.param(160, 70, 20.0, 20.1, 70, id="late: stop here"),
        pytest.param(160, 5, 31.0, 31.0, 5, id="beyond the limit: stop at once"),
    ],
)
def test_the_plan_shrinks_with_the_time(planned: int, done: int, measured: float, elapsed: float, left: int) -> None:
    times = plan(seconds=12.0, least=40, most=160, limit=30.0)

    assert worker("train")._replan(times, planned, done, measured, elapsed) == pytest.approx(left, abs=2)


def test_the_rate_rises_and_falls_to_zero() -> None:
    slope = [worker("train")._slope(step, 100) for step in range(101)]

    assert slope[0] == 0.1
    assert max(slope) == slope[10] == 1.0
    assert slope[100] == 0.0
    assert slope[10:] == sorted(slope[10:], reverse=True)


def test_a_test_counts_all_images_once(torch: Any, images: Any) -> None:
    found = worker("train").test(net(torch), images, "cpu")

    assert found["tested"] == 100
    assert found["chance"] == 0.1
    assert 0 <= found["correct"] <= 100


def test_chance_is_the_most_frequent_class(torch: Any, images: Any) -> None:
    lopsided = images._replace(test=images.test[:10], test_labels=torch.tensor([3] * 7 + [1, 2, 4]))

    assert worker("train").test(net(torch), lopsided, "cpu")["chance"] == 0.7


def compared(net_: Any, images: Any) -> dict[str, Any]:
    sample = worker("images").scaled(images.train[:32])
    [found] = worker("agree").compare(net_, sample, images.train_labels[:32], "cpu")
    result: dict[str, Any] = found
    return result


def test_float32_and_float64_agree_on_a_sound_cpu(torch: Any, images: Any) -> None:
    found = compared(net(torch), images)

    # Above zero: two different calculations were compared.
    assert 0 < found["forward"] < 1e-5
    assert 0 < found["backward"] < 1e-4
    assert found["images"] == 32


def test_half_precision_passed_off_as_float32_is_seen(torch: Any, images: Any) -> None:
    class Coarse(torch.nn.Module):  # type: ignore[misc,unused-ignore]
        def forward(self, x: Any) -> Any:
            return x.bfloat16().to(x.dtype) if x.dtype == torch.float32 else x

    faulty = net(torch)
    faulty.insert(4, Coarse())

    assert max(compared(faulty, images)[part] for part in ("forward", "backward")) > 1e-3


def test_a_wrong_gradient_is_seen_and_named(torch: Any, images: Any) -> None:
    class Wrong(torch.autograd.Function):  # type: ignore[misc,unused-ignore]
        @staticmethod
        def forward(_context: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(_context: Any, gradient: Any) -> Any:
            return gradient * (1.01 if gradient.dtype == torch.float32 else 1.0)

    class Layer(torch.nn.Module):  # type: ignore[misc,unused-ignore]
        def forward(self, x: Any) -> Any:
            return Wrong.apply(x)

    faulty = net(torch)
    faulty.insert(1, Layer())
    found = compared(faulty, images)

    assert found["forward"] < 1e-5
    assert found["backward"] == pytest.approx(0.01, rel=0.05)
    assert found["where"] == "gradient of 0.weight"


def test_weights_that_are_not_numbers_are_the_worst_difference(torch: Any, images: Any) -> None:
    faulty = net(torch)
    with torch.no_grad():
        faulty[0].weight[0, 0, 0, 0] = float("nan")
    found = compared(faulty, images)

    assert math.isnan(found["forward"])


def test_comparing_leaves_settings_and_weights_as_they_were(torch: Any, images: Any) -> None:
    subject = net(torch)
    settings = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    weights = [parameter.clone() for parameter in subject.parameters()]
    compared(subject, images)

    assert (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) == settings
    assert all(bool((now == then).all()) for now, then in zip(subject.parameters(), weights, strict=True))
    assert all(parameter.grad is None for parameter in subject.parameters())
