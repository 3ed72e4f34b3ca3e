from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Gpu
from envdoctor.probes import nvml
from envdoctor.probes.native import peers, readings, readings_more
from envdoctor.probes.native.plausible import at_most, lacks_function


class NvmlError(Exception):
    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.value = value


def fails(code: int) -> Any:
    def call(*_arguments: object) -> Any:
        raise NvmlError(code)

    return call


@given(st.integers(), st.integers(0, 2**64))
def test_a_number_is_meant_or_refused(value: int, most: int) -> None:
    if 0 <= value <= most:
        assert at_most(most, value) == value
    else:
        with pytest.raises(ValueError, match="cannot be"):
            at_most(most, value)


def test_every_reading_fills_fields_of_its_own() -> None:
    filled = [field for _, fields, _ in readings.READINGS for field in fields]

    assert len(filled) == len(set(filled))
    assert {*filled, "peers"} == set(nvml.READINGS)
    assert set(nvml.READINGS) < set(Gpu.__struct_fields__)


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ("/usr/bin/python3", "python3"),
        ("/home/ada lovelace/env/bin/python -m train --token abc", "python"),
        (r"C:\Program Files\Blender\blender.exe", "blender.exe"),
        ("Xorg", "Xorg"),
        ("", None),
        ("/", None),
        ("x" * 500, "x" * 60),
    ],
)
def test_of_a_process_the_program_is_told_and_nothing_else(says: str, name: str | None) -> None:
    binding = SimpleNamespace(nvmlSystemGetProcessName=lambda _pid: says)

    assert readings_more._name(binding, 1) == name


@pytest.mark.parametrize(("code", "name"), [(6, None), (3, None), (4, {"unknown": "NVML error 4"})])
def test_a_process_may_have_ended(code: int, name: object) -> None:
    assert readings_more._name(SimpleNamespace(nvmlSystemGetProcessName=fails(code)), 1) == name


@pytest.mark.parametrize(
    "binding",
    [
        pytest.param(SimpleNamespace(nvmlDeviceGetCurrentClocksThrottleReasons=lambda _h: 0x84), id="an old binding"),
        pytest.param(
            SimpleNamespace(
                nvmlDeviceGetCurrentClocksEventReasons=fails(13),
                nvmlDeviceGetCurrentClocksThrottleReasons=lambda _h: 0x84,
            ),
            id="an old driver",
        ),
    ],
)
def test_what_holds_the_clocks_down_has_two_names(binding: Any) -> None:
    assert readings_more.held_down_by(binding, None) == ["power cap", "power brake"]


def test_a_refusal_is_no_lack() -> None:
    with pytest.raises(NvmlError):
        readings_more.held_down_by(SimpleNamespace(nvmlDeviceGetCurrentClocksEventReasons=fails(4)), None)
    assert not lacks_function(NvmlError(4))
    assert lacks_function(NvmlError(13))
    assert lacks_function(AttributeError("nvmlDeviceGetNumaNodeId"))


def test_the_driver_model_of_a_binding_before_its_second_version() -> None:
    assert readings_more.driver_model(SimpleNamespace(nvmlDeviceGetDriverModel=lambda _h: [1, 1]), None) == "TCC"


def test_links_end_where_the_library_says_so_or_where_nobody_has_more() -> None:
    endless = SimpleNamespace(nvmlDeviceGetNvLinkState=lambda _h, _link: 1)
    none = SimpleNamespace(nvmlDeviceGetNvLinkState=fails(3))

    assert readings_more.nvlinks(endless, None) == (36, 36)
    assert readings_more.nvlinks(none, None) == (None, None)


def test_a_gpu_that_is_gone_is_gone_for_its_pairs_only() -> None:
    def handle(index: int) -> int:
        if index == 2:
            raise NvmlError(15)
        return index

    binding = SimpleNamespace(
        nvmlDeviceGetHandleByIndex=handle,
        nvmlDeviceGetTopologyCommonAncestor=lambda _a, _b: 10,
        nvmlDeviceGetP2PStatus=lambda _a, _b, kind: 0 if kind == 0 else 5,
    )

    told = peers.peers_of(binding, 0, 4, lambda error: {"unknown": str(error)})

    assert told[0] == {"index": 1, "path": "one switch", "p2p": "ok", "nvlink": False}
    assert told[1]["p2p"] == {"unknown": "15"}
    assert told[2]["index"] == 3


@given(st.dictionaries(st.sampled_from(nvml.READINGS), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=6,
)))  # fmt: skip
def test_one_answer_that_is_not_understood_takes_no_other_along(told: dict[str, Any]) -> None:
    said = {f"gpu.0.{name}": value for name, value in told.items()} | {"gpu.0.uuid": "GPU-1"}

    found = nvml.gpu_of(said, 0)

    assert found.uuid == "GPU-1"
    assert found.index == 0
