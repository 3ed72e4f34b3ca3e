from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Driver, Unknown
from tests.machines_broken import BLIND, BROKEN
from tests.machines_snapshots import R580, RTX_3090, gpu_machine, judged

UNLINKED = BROKEN["DRV008"]


def test_counts_the_gpus_and_names_the_version() -> None:
    [found] = judged("DRV008", UNLINKED, gpus=tuple(replace(RTX_3090, index=index) for index in range(8)))

    assert "802" in found.what
    assert "8 GPUs" in found.what
    assert "580.65.06" in found.fix.text
    assert found.evidence == {"driver.cuinit": 802, "driver.version": "580.65.06"}


def test_one_gpu_is_one() -> None:
    [found] = judged("DRV008", UNLINKED)

    assert "on this machine with 1 GPU." in found.what


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("not running", "the fabric manager does not run."),
        ("running", "runs, so it is not ready yet or is of another version than the driver (580.65.06)."),
        (None, "does not run or is of another version than the driver (580.65.06)."),
        (Unknown("a container"), "does not run or is of another version than the driver (580.65.06)."),
    ],
)
def test_says_what_the_service_does(state: Any, words: str) -> None:
    [found] = judged("DRV008", UNLINKED, driver=replace(R580, cuinit=802, fabric_manager=state))

    assert found.why.endswith(words)
    assert ("driver.fabric_manager" in found.evidence) == isinstance(state, str)


def test_nvml_may_say_that_the_fabric_is_not_set_up() -> None:
    gpus = tuple(replace(RTX_3090, index=i, fabric="in progress" if i else "completed") for i in range(3))

    [found] = judged("DRV008", UNLINKED, gpus=gpus)

    assert found.why.endswith("By NVML the fabric of 2 of them is not set up.")
    assert found.evidence["gpus.2.fabric"] == "in progress"


@pytest.mark.parametrize(
    "said",
    [
        "Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized",
        "cuda runtime error (802) : system not yet initialized at /pytorch/THC.cpp:50",
        "RuntimeError: system not yet initialized",
    ],
)
def test_pytorch_may_say_it(said: str) -> None:
    [found] = judged("DRV008", UNLINKED, driver=Unknown("pasted text"), torch_run=replace(BLIND, init_error=said))

    assert found.evidence == {"torch_run.init_error": said}


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"driver": R580}, id="cuInit works"),
        pytest.param({"driver": None}, id="no driver"),
        pytest.param({"driver": replace(R580, cuinit=100)}, id="no device"),
        pytest.param({"driver": replace(R580, cuinit=803)}, id="another error"),
        pytest.param({"driver": Driver(), "torch_run": Unknown("no")}, id="nobody asked"),
        pytest.param(
            {"driver": R580, "torch_run": replace(BLIND, init_error="Error 8020: no such thing")}, id="another number"
        ),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("DRV008", gpu_machine(), **facts)
