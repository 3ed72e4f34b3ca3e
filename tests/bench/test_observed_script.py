"""What is looked at in a script: its operators, its lines, its processes. In this process, and in real ones."""

import multiprocessing
import sys
import time
from collections.abc import Callable
from types import CodeType, SimpleNamespace
from typing import Any

import pytest

from tests.bench.test_recorder import module

torch = pytest.importorskip("torch")


def counted(work: Callable[[], object]) -> Any:
    with module("counter").Counter(lambda _: None) as counter:
        work()
    return counter


def test_the_rows_of_a_step_are_those_of_its_forward_pass() -> None:
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten(), torch.nn.Linear(16, 100))
    counter = counted(lambda: net(torch.randn(5, 3, 4, 4)).sum().backward())

    assert counter.rows() == {"least": 5, "most": 5}
    assert counter.count > 5


def test_positions_count_as_rows_and_the_fewest_and_the_most_are_told() -> None:
    words, layer = torch.nn.Embedding(9, 8), torch.nn.Linear(8, 3)

    assert counted(lambda: layer(words(torch.zeros(4, 7, dtype=torch.long)))).rows() == {"least": 4, "most": 28}


def test_where_no_layer_is_nothing_is_said_of_rows() -> None:
    assert counted(lambda: torch.randn(3) * 2).rows() is None


def test_what_is_computed_without_gradients_has_no_rows() -> None:
    layer = torch.nn.Linear(8, 3)

    def evaluate() -> None:
        with torch.no_grad():
            layer(torch.randn(700, 8))

    assert counted(evaluate).rows() is None


LOOP, LEARN = (lambda: 0).__code__, (lambda: 1).__code__
"""A loop, and a function that it calls: both of the script."""


def frame(*lines: tuple[CodeType, int]) -> Any:
    """The innermost of these frames, the outermost of which is named first."""
    found = None
    for code, line in lines:
        found = SimpleNamespace(f_code=code, f_lineno=line, f_back=found)
    return found


def sampler(*moves: tuple[tuple[CodeType, int], ...]) -> Any:
    """One that saw optimizers move weights there."""
    one = module("sampler").Sampler(__file__, lambda _: None, lambda: 0)
    for at, lines in enumerate(moves):
        one.note_step(at, frame(*lines))
    return one


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        pytest.param([(LOOP, 9)], "before", id="before the call"),
        pytest.param([(LOOP, 9), (LEARN, 6)], "before", id="another call of the function, before"),
        pytest.param([(LOOP, 10), (LEARN, 2)], "before", id="in the function, before the forward pass"),
        pytest.param([(LOOP, 10), (LEARN, 3)], "script", id="the forward pass"),
        pytest.param([(LOOP, 10), (LEARN, 4)], "script", id="the loss"),
        pytest.param([(LOOP, 10), (LEARN, 5)], "script", id="the step itself"),
        pytest.param([(LOOP, 10), (LEARN, 6)], "after", id="in the function, after the step"),
        pytest.param([(LOOP, 11)], "after", id="in the loop, after the call"),
        pytest.param([(LOOP, 11), (LEARN, 4)], "after", id="another call of the function"),
        pytest.param([(LEARN, 6)], "script", id="somewhere else"),
        pytest.param([(pytest.main.__code__, 3)], "script", id="no line of the script"),
    ],
)
def test_what_comes_before_and_after_training_is_told_from_it(lines: list[tuple[CodeType, int]], place: str) -> None:
    one = sampler(((LOOP, 10), (LEARN, 5)))
    one.note_forward(frame((LOOP, 10), (LEARN, 3)))

    assert one._place([frame(*lines)]) == place


def test_frames_are_named_for_modules_that_learn() -> None:
    told: list[Any] = []
    fixed, learns = torch.nn.Linear(4, 4).requires_grad_(False), torch.nn.Linear(4, 2)
    with module("counter").Counter(told.append):
        fixed(torch.randn(3, 4))
        with torch.no_grad():
            learns(torch.randn(3, 4))
        learns(torch.randn(3, 4))
        learns(torch.randn(3, 4))

    assert len(told) == 2
    learns(torch.randn(3, 4))
    assert len(told) == 2
    assert not torch.nn.modules.module._global_forward_pre_hooks


def test_between_two_nets_nothing_is_before_both() -> None:
    one = sampler(((LOOP, 30),))
    one.note_forward(frame((LOOP, 20)))
    one.note_forward(frame((LOOP, 10)))
    one.note_forward(frame((LOOP, 10), (LEARN, 7)))

    assert [one._place([frame((LOOP, line))]) for line in (5, 10, 15, 25)] == ["before", "script", "script", "script"]


def test_between_the_steps_of_two_optimizers_nothing_is_behind() -> None:
    one = sampler(((LOOP, 10),), ((LOOP, 20),))

    assert [one._place([frame((LOOP, line))]) for line in (5, 15, 20, 25)] == ["script", "script", "script", "after"]


def test_a_net_that_computes_ahead_of_the_one_that_learns_prepares_no_batch() -> None:
    one = sampler(((LOOP, 30),))
    one.note_forward(frame((LOOP, 20)))
    within = SimpleNamespace(f_code=torch.nn.Linear.forward.__code__, f_lineno=1, f_back=frame((LOOP, 10)))

    assert one._place([within, within.f_back]) == "script"
    assert one._place([within.f_back]) == "before"


def test_before_weights_were_moved_nothing_is_behind_them() -> None:
    assert sampler()._place([frame((LOOP, 30))]) == "script"


def _burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody counts the time of other processes")
def test_processes_that_load_are_told_from_others() -> None:
    process = multiprocessing.get_context("fork").Process(target=_burn, args=(30.0,))
    process.start()
    try:
        looks = module("looks")
        until = time.monotonic() + 20
        while (found := looks.cpu_seconds(set())) and found["children"] < 0.2 and time.monotonic() < until:
            time.sleep(0.05)
        loading = looks.cpu_seconds({process.pid})
    finally:
        process.kill()
        process.join()

    assert found["children"] >= 0.2
    assert loading["children"] == 0.0
    assert loading["own"] >= 0.2


def test_what_an_optimizer_keeps_is_not_held_by_the_script() -> None:
    looks = module("looks")
    weight = torch.nn.Parameter(torch.randn(4))
    history = [torch.randn(4) for _ in range(50)]

    keeps = SimpleNamespace(state={weight: {"step": torch.zeros(1), "old": history}})

    assert looks.net(None)["tensors"] - looks.net(keeps)["tensors"] == 51
