from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Platform, Unknown
from tests.machines_broken import BLIND, BROKEN
from tests.machines_snapshots import R580, gpu_machine, judged

STALE = BROKEN["DRV011"]
SAID = "CUDA unknown error - this may be due to an incorrectly set up environment"


def test_a_missing_node_is_proof() -> None:
    [found] = judged("DRV011", STALE)

    assert "999" in found.what
    assert "/dev/nvidia-uvm is missing" in found.what
    assert found.confidence == "proved"
    assert "sudo modprobe nvidia_uvm" in found.fix.commands


def test_a_module_that_is_not_loaded_is_proof() -> None:
    [found] = judged("DRV011", STALE, driver=replace(R580, cuinit=999, uvm_loaded=False))

    assert found.what == "CUDA returns 999 (unknown error), and the kernel module nvidia-uvm is not loaded."
    assert found.confidence == "proved"
    assert found.evidence == {"driver.cuinit": 999, "driver.uvm_loaded": False}
    assert "sudo rmmod nvidia_uvm" not in found.fix.commands


def test_on_wsl_there_is_no_such_module() -> None:
    driver = replace(R580, cuinit=999, uvm_loaded=False, kernel=None, device_nodes=())

    [found] = judged("DRV011", STALE, driver=driver)

    assert found.confidence == "likely"


def test_after_sleep_the_node_is_there() -> None:
    [found] = judged("DRV011", STALE, driver=replace(R580, cuinit=999))

    assert found.what == "CUDA returns 999 (unknown error)."
    assert found.confidence == "likely"


def test_pytorch_may_say_it() -> None:
    [found] = judged("DRV011", STALE, driver=Unknown("pasted"), torch_run=replace(BLIND, init_error=SAID))

    assert found.evidence == {"torch_run.init_error": SAID}


def test_in_a_container_the_host_loads_it() -> None:
    [found] = judged("DRV011", STALE, platform=Platform(None, "podman", None))

    assert "on the host" in found.fix.text


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="all works"),
        pytest.param({"driver": None, "torch_run": BLIND}, id="no driver"),
        pytest.param({"driver": replace(R580, cuinit=100), "torch_run": BLIND}, id="no device"),
        pytest.param({"driver": replace(R580, cuinit=802)}, id="the fabric manager"),
        pytest.param({"driver": replace(R580, device_nodes=())}, id="no nodes, as on WSL"),
        pytest.param({"driver": Unknown("no"), "torch_run": Unknown("no")}, id="nobody asked"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("DRV011", gpu_machine(), **facts)
