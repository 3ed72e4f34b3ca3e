from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import PciGpu, Platform, Torch, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BLIND, BROKEN, NO_GPUS
from tests.machines_snapshots import CARD, CPU_TORCH, GPU_RUN, R580, RTX_3090, container, gpu_machine, judged

HIDDEN = BROKEN["ENV001"]
TWO = (RTX_3090, replace(RTX_3090, index=1, uuid="GPU-ffff0000-1111"))
ROCM = Torch("2.15.0+rocm7.2", cuda=None, hip="7.2", xpu=None)
RADEON = PciGpu("0000:03:00.0", vendor="1002", device="744c", bound="amdgpu")


def cuda(value: str, **facts: Any) -> Any:
    return judged("ENV001", HIDDEN, environment={"CUDA_VISIBLE_DEVICES": value}, **facts)


@pytest.mark.parametrize("value", ["1", "3", "7,0", "all", "NoDevFiles", "GPU-deadbeef", " 2 "])
def test_an_entry_that_does_not_exist_hides_all(value: str) -> None:
    [found] = cuda(value)

    assert f'"{value}" and hides 1 GPU: there is no ' in found.what
    assert found.severity is Severity.ERROR
    assert found.evidence["environment.CUDA_VISIBLE_DEVICES"] == value
    assert found.fix.commands == ("unset CUDA_VISIBLE_DEVICES",)


@pytest.mark.parametrize("value", ["", "-1", "-1,0"])
def test_nothing_hides_all(value: str) -> None:
    [found] = cuda(value, gpus=TWO)

    assert f'"{value}" and hides all 2 GPUs.' in found.what


def test_what_follows_a_wrong_entry_is_left_out() -> None:
    [found] = cuda("1,2,0", gpus=TWO, torch_run=replace(GPU_RUN, device_count=1))

    assert found.what == 'CUDA_VISIBLE_DEVICES is "1,2,0": there is no 2 among 2 GPUs, so 1 of 3 entries count.'
    assert found.severity is Severity.WARNING


def test_pytorchs_words_tell_where_nobody_listed_the_gpus() -> None:
    [found] = cuda("7", gpus=Unknown("pasted text"), driver=Unknown("pasted text"))

    assert "No CUDA GPUs are available" in found.what
    assert found.confidence == "likely"


@pytest.mark.parametrize(
    ("torch", "severity"),
    [
        pytest.param(CPU_TORCH, Severity.NOTE, id="a CPU build sees none anyway"),
        pytest.param(None, Severity.WARNING, id="no PyTorch is worse"),
        pytest.param(Unknown("python"), Severity.ERROR, id="nobody knows the build"),
    ],
)
def test_is_as_bad_as_what_it_hides_from(torch: Any, severity: Severity) -> None:
    [found] = cuda("", torch=torch, torch_run=None)

    assert found.severity is severity


@pytest.mark.parametrize("value", ["void", "none", ""])
def test_a_container_can_be_told_to_have_none(value: str) -> None:
    docker = Platform(None, "docker", None)

    [found] = judged(
        "ENV001", HIDDEN, environment={"NVIDIA_VISIBLE_DEVICES": value}, platform=docker, driver=None, gpus=()
    )

    assert f'NVIDIA_VISIBLE_DEVICES is "{value}" in this container (docker)' in found.what


def test_in_kubernetes_the_pod_must_ask() -> None:
    pod = Platform(None, "kubernetes", None)

    [found] = judged(
        "ENV001", HIDDEN, environment={"NVIDIA_VISIBLE_DEVICES": "void"}, platform=pod, driver=None, gpus=()
    )

    assert "nvidia.com/gpu: 1" in found.fix.text


@pytest.mark.parametrize("name", ["HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"])
def test_amds_variables_hide_amds_gpus(name: str) -> None:
    facts = {"torch": ROCM, "torch_run": BLIND, "pci_gpus": (RADEON,), "gpus": (), "driver": None}

    [found] = judged("ENV001", HIDDEN, environment={name: "-1"}, **facts)

    assert found.what == f'{name} is "-1" and hides all AMD GPUs.'
    assert not judged("ENV001", HIDDEN, environment={name: "0"}, **facts)
    assert not judged("ENV001", HIDDEN, environment={name: "-1"}, **(facts | {"pci_gpus": (CARD,)}))


@pytest.mark.parametrize(
    "value",
    ["0", "1", "0,1", "1,0", " 1 , 0 ", "GPU-5c8e5a9e", "GPU-FFFF0000", "MIG-0a1b", "MIG-GPU-5c8e5a9e/1/0", "01"],
)
def test_a_choice_is_no_fault(value: str) -> None:
    assert not cuda(value, gpus=TWO, torch_run=NO_GPUS)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"environment": {}}, id="not set"),
        pytest.param({"gpus": ()}, id="there is no GPU to hide"),
        pytest.param({"gpus": Unknown("no"), "torch_run": BLIND}, id="PyTorch gives another reason"),
        pytest.param({"gpus": Unknown("no"), "torch_run": None}, id="nobody could list, nothing ran"),
        pytest.param({"torch_run": GPU_RUN}, id="PyTorch sees the GPU all the same"),
        pytest.param(
            {"environment": {"CUDA_VISIBLE_DEVICES": "GPU-1"}, "gpus": (replace(RTX_3090, uuid=Unknown("no")),)},
            id="nobody knows the UUIDs",
        ),
        pytest.param({"environment": {"NVIDIA_VISIBLE_DEVICES": "none"}, "driver": None}, id="no container"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("ENV001", HIDDEN, **facts)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="all are given"),
        pytest.param({"environment": {"NVIDIA_VISIBLE_DEVICES": "void"}, "torch_run": BLIND}, id="given another way"),
        pytest.param(
            {
                "environment": {"NVIDIA_VISIBLE_DEVICES": "void"}, "torch_run": BLIND,
                "driver": None, "gpus": (), "pci_gpus": (),
            },
            id="the host has none",
        ),
        pytest.param(
            {"environment": {"NVIDIA_VISIBLE_DEVICES": "0"}, "torch_run": BLIND, "driver": None, "gpus": ()}, id="one"
        ),
    ],
)  # fmt: skip
def test_sound_containers_are_sound(facts: dict[str, Any]) -> None:
    assert not judged("ENV001", container(), **facts)


def test_a_sound_machine_is_sound() -> None:
    assert not judged("ENV001", gpu_machine(), driver=R580)
