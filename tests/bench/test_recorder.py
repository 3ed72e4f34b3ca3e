"""The account of a step, with the clock's hands moved by what is told: no net is trained here."""

import importlib
import sys
import time
import types
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

WORKER = Path(__file__).parents[2] / "envdoctor" / "bench" / "worker"


def module(name: str) -> Any:
    """A module of the worker, under the name that its own start gives it."""
    package = "envdoctor_bench_worker"
    if package not in sys.modules:
        made = types.ModuleType(package)
        made.__path__ = [str(WORKER)]
        sys.modules[package] = made
    return importlib.import_module(f"{package}.{name}")


@pytest.fixture
def recorder() -> Any:
    return module("recorder").Recorder(100.0, 100.0, 1)


def backward(recorder: Any, began: float, seconds: float) -> None:
    recorder.began_backward(began)
    recorder.ended_backward(began, began + seconds, 1.0)


def test_a_step_without_an_optimizer_ends_with_its_backward_pass(recorder: Any) -> None:
    for at in range(40):
        backward(recorder, time.perf_counter() + at, 0.5)

    assert len(recorder.steps) == 40 - module("recorder").WITHOUT_OPTIMIZER


def test_gradients_that_are_added_up_are_no_steps(recorder: Any) -> None:
    for at in range(12):
        backward(recorder, time.perf_counter() + at, 0.5)

    assert recorder.steps == []


def test_work_between_backward_and_the_optimizer_is_no_training(recorder: Any) -> None:
    now = time.perf_counter()
    backward(recorder, now, 1.0)
    recorder.began_step()
    recorder.ended_step(object(), now + 4.0, now + 4.5)

    [row] = recorder.steps
    assert row["backward"] == pytest.approx(1.0)
    assert row["between"] == pytest.approx(3.0)
    assert row["optimizer"] == pytest.approx(0.5)


def test_clipping_is_the_optimizers_work(recorder: Any) -> None:
    now = time.perf_counter()
    backward(recorder, now, 1.0)
    recorder.note_clipping(3.0)
    recorder.began_step()
    recorder.ended_step(object(), now + 4.0, now + 4.5)

    [row] = recorder.steps
    assert row["between"] == pytest.approx(0.0, abs=1e-6)
    assert row["optimizer"] == pytest.approx(3.5)


def test_a_closure_is_not_counted_twice(recorder: Any) -> None:
    now = time.perf_counter()
    recorder.began_step()
    backward(recorder, now + 1.0, 2.0)
    recorder.ended_step(object(), now, now + 4.0)

    [row] = recorder.steps
    assert row["forward"] + row["backward"] + row["optimizer"] == pytest.approx(4.0, abs=0.01)


@pytest.mark.parametrize(("batches", "reads"), [(0, 1), (3, 0)])
def test_values_read_in_an_evaluation_belong_to_it(recorder: Any, batches: int, reads: int) -> None:
    now = time.perf_counter()
    recorder.began_evaluation(now)
    for at in range(batches):
        recorder.took_batch(None, now + at, now + at)
    recorder.note_read("train.py:9", 0.25)
    recorder.ended_evaluation(now + 1.0)
    backward(recorder, now + 2.0, 0.1)
    recorder.began_step()
    recorder.ended_step(object(), now + 2.1, now + 2.2)

    [row] = recorder.steps
    assert len(recorder.reads) == reads
    assert row["read"] == pytest.approx(0.25 * reads)
    assert row["evaluate"] == pytest.approx(1.0 - 0.25 * reads)


def test_steps_in_which_something_is_tried_do_not_use_up_the_time() -> None:
    recorder = module("recorder").Recorder(10.0, 100.0, 1)
    now = time.perf_counter()
    backward(recorder, now, 0.0)
    recorder.ended_step(recorder, now, now)
    recorder.paused = True
    recorder.ended_step(recorder, now + 9.0, now + 9.0)
    recorder.paused = False

    assert recorder.late(now + 18.0) < 0
    assert recorder.late(now + 19.1) > 0


def test_values_that_a_loader_reads_are_its_own_time(recorder: Any) -> None:
    recorder.loading = True
    recorder.note_read("data.py:3", 0.5)
    recorder.loading = False

    assert recorder.reads == {}
