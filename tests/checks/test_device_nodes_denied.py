from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Platform, Unknown
from tests.machines_broken import BLIND, BROKEN
from tests.machines_snapshots import CARD, GPU_RUN, R580, gpu_machine, judged

DENIED = BROKEN["DRV007"]


def test_names_the_nodes() -> None:
    [found] = judged("DRV007", DENIED)

    assert "2 of 3" in found.what
    assert "/dev/nvidia-uvm, /dev/nvidia0" in found.what
    assert found.cause == "driver-not-loaded"


def test_in_a_container_it_is_the_container() -> None:
    [found] = judged("DRV007", DENIED, platform=Platform(None, "docker", None))

    assert found.cause == "container-no-gpu"


def test_where_cuinit_was_not_asked_it_is_likely() -> None:
    driver = replace(R580, cuinit=Unknown("no"), device_nodes=Unknown("no"), denied_nodes=("/dev/nvidiactl",))

    [found] = judged("DRV007", DENIED, driver=driver)

    assert found.confidence == "likely"
    assert "1 of 1" in found.what


ABSENT = {"driver": replace(R580, cuinit=100, nvml=9, device_nodes=())}


def test_nodes_that_nobody_made() -> None:
    [found] = judged("DRV007", DENIED, **ABSENT)

    assert "580.65.06 runs, and there are no device nodes" in found.what
    assert found.evidence["pci_gpus.0.bound"] == "nvidia"
    assert "sudo nvidia-modprobe -c=0 -u" in found.fix.commands


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"platform": Platform(None, "docker", None)}, id="a container has the host's"),
        pytest.param({"platform": Platform(None, None, 2)}, id="WSL has none"),
        pytest.param({"pci_gpus": ()}, id="a driver without a card makes none"),
        pytest.param({"pci_gpus": Unknown("no /sys")}, id="nobody saw a card"),
        pytest.param({"pci_gpus": (replace(CARD, bound="vfio-pci"),)}, id="the card is set aside"),
        pytest.param({"driver": replace(R580, device_nodes=(), cuinit=100)}, id="NVML works without them"),
        pytest.param({"driver": replace(R580, device_nodes=())}, id="cuInit works without them"),
        pytest.param({"driver": replace(R580, device_nodes=Unknown("no"), nvml=9, cuinit=100)}, id="nobody looked"),
        pytest.param({"torch_run": GPU_RUN}, id="PyTorch works"),
    ],
)
def test_missing_nodes_are_no_fault_where(facts: dict[str, Any]) -> None:
    assert not judged("DRV007", DENIED, **(ABSENT | facts))


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"driver": R580}, id="none is denied"),
        pytest.param({"driver": None}, id="no driver"),
        pytest.param({"driver": replace(R580, denied_nodes=("/dev/nvidia1",))}, id="a batch job has one GPU of two"),
        pytest.param({"torch_run": GPU_RUN}, id="PyTorch works"),
        pytest.param({"driver": replace(R580, cuinit=100), "torch_run": BLIND}, id="no device for another reason"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("DRV007", DENIED, **facts)


def test_a_sound_machine_is_sound() -> None:
    assert not judged("DRV007", gpu_machine())
