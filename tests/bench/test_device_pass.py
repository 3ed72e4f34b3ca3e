"""The device's own account of some steps: with a profiler of the tests', and with PyTorch's real one on the CPU."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.test_recorder import module

torch = pytest.importorskip("torch")


class Profiler:
    """Tells of two kernels at the same time, one after them, a named range over all, and the host's own work."""

    def __init__(self, events: list[Any]) -> None:
        self._events = events

    def __exit__(self, *_: object) -> None:
        return

    def events(self) -> list[Any]:
        return self._events


def event(begin: float, end: float, kind: str = "gpu", *, named: bool = False) -> Any:
    return SimpleNamespace(time_range=SimpleNamespace(start=begin, end=end), device_type=kind, is_user_annotation=named)


def test_kernels_at_the_same_time_are_counted_once_and_named_ranges_not_at_all() -> None:
    one = module("device_pass").DevicePass(activity="a", kind="gpu", wait=lambda: None)
    events = [event(0, 100), event(50, 200), event(1000, 1100), event(0, 9000, named=True), event(0, 9000, "cpu")]
    one._profiler = Profiler(events)
    for _ in range(module("device_pass").STEPS):
        one.step()

    assert one.over
    assert one.told() == {"steps": 5, "busy_seconds": pytest.approx(300e-6 / 5), "launches": 0.6}


def test_pytorchs_profiler_is_understood() -> None:
    kinds = torch.profiler.ProfilerActivity.CPU, torch.autograd.DeviceType.CPU
    one = module("device_pass").DevicePass(*kinds, wait=lambda: None)
    one.begin()
    while not one.over:
        torch.randn(200, 200) @ torch.randn(200, 200)
        one.step()
    told = one.told()

    assert told["steps"] == module("device_pass").STEPS
    assert told["launches"] >= 3  # randn twice and a product
    assert 0 < told["busy_seconds"] < 1.0


def test_a_device_that_cannot_be_asked_is_said_nothing_of() -> None:
    def broken() -> None:
        raise RuntimeError("CUDA error: unspecified launch failure")

    one = module("device_pass").DevicePass("a", "gpu", wait=broken)
    one.begin()
    one.stop()

    assert one.over
    assert one.told() is None


def test_a_profiler_that_saw_nothing_says_nothing() -> None:
    one = module("device_pass").DevicePass("a", "gpu", wait=lambda: None)
    one._profiler = Profiler([])
    one.step()
    one.stop()

    assert one.told() is None


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50))))
def test_what_is_covered_is_as_long_as_the_moments_in_it(spans: list[tuple[int, int]]) -> None:
    intervals = [(begin, begin + length) for begin, length in spans]
    moments = {at for begin, end in intervals for at in range(begin, end)}

    assert module("device_pass").covered(intervals) == len(moments)
