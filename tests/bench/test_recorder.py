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


@pytest.mark.parametrize(
    ("told", "batches", "reads", "evaluate"), [(True, 0, 1, 0.75), (False, 0, 1, 0.0), (False, 3, 0, 1.0)]
)
def test_values_read_in_an_evaluation_belong_to_it(
    recorder: Any, told: bool, batches: int, reads: int, evaluate: float
) -> None:
    now = time.perf_counter()
    recorder.evaluates = told
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
    assert row["evaluate"] == pytest.approx(evaluate)


def test_what_is_tried_comes_after_the_time_and_is_not_counted() -> None:
    recorder = module("recorder").Recorder(10.0, 100.0, 1)
    asked: list[bool] = []

    def may_end() -> bool:
        asked.append(True)
        if len(asked) == 1:
            recorder.go_on(5.0)
        return len(asked) > 1

    recorder.may_end = may_end
    now = recorder.began
    take_step(recorder, now)
    take_step(recorder, now + 9.0)
    recorder.took_batch(None, now + 11.0, now + 11.0)
    take_step(recorder, now + 11.0)

    assert len(recorder.steps) == 2
    assert recorder.all_steps == 3
    assert not recorder.resting
    with pytest.raises(module("recorder").EnoughError):
        recorder.took_batch(None, now + 12.0, now + 12.0)


def test_what_is_tried_for_too_long_is_ended() -> None:
    recorder = module("recorder").Recorder(10.0, 100.0, 1)
    recorder.may_end = lambda: False
    take_step(recorder, recorder.began)

    with pytest.raises(module("recorder").EnoughError):
        recorder.took_batch(None, recorder.began + 11.0, recorder.began + 11.0)


def take_step(recorder: Any, now: float) -> None:
    backward(recorder, now, 0.0)
    recorder.began_step()
    recorder.ended_step(recorder, now, now)


def steps_of(recorder: Any, count: int) -> int:
    """Take steps as the hooks tell them, and return how many of them were listened to."""
    listened = 0
    for _ in range(count):
        if recorder.resting:
            recorder.rested(recorder, time.perf_counter())
        else:
            listened += 1
            take_step(recorder, time.perf_counter())
    return listened


def test_hooks_rest_between_short_steps_and_the_count_goes_on(recorder: Any) -> None:
    listened = steps_of(recorder, 5000)

    assert 0.1 * 5000 < listened < 0.5 * 5000
    assert len(recorder.steps) == listened
    assert recorder.all_steps == 5000
    assert recorder.all_steps - recorder.rested_steps == listened


def test_hooks_do_not_rest_at_first_nor_where_steps_are_long(recorder: Any) -> None:
    module_ = module("pace")

    assert steps_of(recorder, module_.RESTED_AFTER) == module_.RESTED_AFTER
    recorder.begin(100.0, 100.0, 1)
    for at in range(1000):
        take_step(recorder, recorder.began + 0.01 * at)
        recorder.steps[-1]["seconds"] = 0.01
        recorder.resting = recorder.resting and at < module_.RESTED_AFTER
    assert recorder.rested_steps == 0


def test_another_optimizers_step_is_no_step_while_the_hooks_rest(recorder: Any) -> None:
    while not recorder.resting:
        take_step(recorder, time.perf_counter())
    before = recorder.all_steps
    recorder.rested(object(), time.perf_counter())

    assert recorder.all_steps == before


def test_what_is_read_or_saved_while_the_hooks_rest_is_not_counted(recorder: Any) -> None:
    while not recorder.resting:
        take_step(recorder, time.perf_counter())
    recorder.note_read("a.py:1", 0.5)
    recorder.note_save("a.py:2", 0.5)

    assert (recorder.reads, recorder.saves) == ({}, {})


def test_the_time_ends_while_the_hooks_rest(recorder: Any) -> None:
    while not recorder.resting:
        take_step(recorder, time.perf_counter())

    with pytest.raises(module("recorder").EnoughError):
        recorder.rested(recorder, recorder.began + 101.0)


def test_values_that_a_loader_reads_are_its_own_time(recorder: Any) -> None:
    recorder.loading = True
    recorder.note_read("data.py:3", 0.5)
    recorder.loading = False

    assert recorder.reads == {}


def evaluation(recorder: Any, began: float, *, batches: int = 0) -> None:
    recorder.began_evaluation(began)
    for _ in range(batches):
        recorder.took_batch(None, began, began)
    recorder.ended_evaluation(began + 2.0)


def test_what_is_computed_without_gradients_for_training_is_no_evaluation(recorder: Any) -> None:
    now = time.perf_counter()
    evaluation(recorder, now)
    backward(recorder, now + 3.0, 1.0)
    take_step(recorder, now + 4.0)

    assert recorder.steps[0]["evaluate"] == 0.0
    assert recorder.steps[0]["forward"] >= 2.0


@pytest.mark.parametrize(("told", "batches"), [(True, 0), (False, 1)])
def test_a_net_that_was_told_or_batches_of_its_own_are_an_evaluation(recorder: Any, told: bool, batches: int) -> None:
    recorder.evaluates = told
    evaluation(recorder, time.perf_counter(), batches=batches)
    backward(recorder, time.perf_counter() + 3.0, 1.0)
    take_step(recorder, time.perf_counter() + 4.0)

    assert recorder.steps[0]["evaluate"] == pytest.approx(2.0)
    assert not recorder.evaluates  # training goes on
