from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import NOT_ASKED, Platform, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BLIND, BROKEN, TOOLKIT
from tests.machines_snapshots import CARD, CPU_TORCH, CUDA_TORCH, INTEL, R580, container, cpu_machine, judged

BARE = BROKEN["VIR001"]
IN_DOCKER = Platform(None, "docker", None)


def inside(kind: str, **more: Any) -> Platform:
    return replace(IN_DOCKER, container=kind, **more)


def test_names_the_container_and_the_hosts_gpu() -> None:
    [found] = judged("VIR001", BARE)

    assert "(docker) has no NVIDIA device node" in found.what
    assert "10de:2204 at 0000:01:00.0" in found.what
    assert found.severity is Severity.ERROR
    assert found.evidence["pci_gpus.0.bound"] == "nvidia"


def test_the_hosts_kernel_module_is_proof_enough() -> None:
    driver = replace(R580, device_nodes=(), libcuda=None, library_files=(), library=None, cuinit=None, nvml=None)

    [found] = judged("VIR001", BARE, driver=driver, pci_gpus=Unknown("no /sys"))

    assert "runs the NVIDIA driver 580.65.06" in found.what
    assert found.confidence == "proved"


def test_device_nodes_without_libcuda_lack_a_capability() -> None:
    driver = replace(R580, libcuda=None, library_files=(), cuinit=None)

    [found] = judged("VIR001", BARE, driver=driver)

    assert "3 device nodes and no libcuda" in found.what


def test_a_container_can_lose_the_gpu_while_it_runs() -> None:
    [found] = judged("VIR001", BARE, driver=replace(R580, nvml=999, cuinit=999))

    assert "lost the GPU" in found.what


@pytest.mark.parametrize("nvml", [0, 999])
def test_nvml_alone_shows_that_the_host_has_a_driver(nvml: int) -> None:
    driver = replace(
        R580, kernel=None, libcuda=None, cuinit=None, nvml=nvml, library_files=("/usr/lib/libnvidia-ml.so.1",)
    )

    [found] = judged("VIR001", BARE, driver=driver, pci_gpus=())

    assert "NVML" in found.what
    assert found.evidence == {"platform.container": "docker", "driver.nvml": nvml}


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("docker", "--gpus all"),
        ("podman", "nvidia.com/gpu=all"),
        ("kubernetes", "nvidia.com/gpu: 1"),
        ("apptainer", "--nv"),
        ("lxc", "nvidia.runtime"),
        ("systemd-nspawn", "/dev/nvidia*"),
    ],
)
def test_each_engine_has_its_own_way(kind: str, advice: str) -> None:
    [found] = judged("VIR001", BARE, platform=inside(kind))

    assert advice in found.fix.text


def test_a_host_without_a_loaded_driver_is_only_suspected() -> None:
    [found] = judged("VIR001", BARE, pci_gpus=(replace(CARD, bound=None),))

    assert found.confidence == "likely"
    assert found.fix.text.startswith("See first that nvidia-smi works on the host.")


def test_docker_on_wsl_is_only_a_guess() -> None:
    [found] = judged("VIR001", BARE, platform=inside("docker", wsl=2, wsl_gpu_device=False), pci_gpus=Unknown("WSL"))

    assert "no /dev/dxg" in found.what
    assert (found.severity, found.confidence) == (Severity.WARNING, "likely")


@pytest.mark.parametrize(
    ("torch", "toolkits", "severity"),
    [
        pytest.param(CPU_TORCH, (), Severity.NOTE, id="a CPU build may be meant"),
        pytest.param(CPU_TORCH, (TOOLKIT,), Severity.NOTE, id="a CPU build in a CUDA image may be meant"),
        pytest.param(None, (), Severity.NOTE, id="no PyTorch"),
        pytest.param(None, (TOOLKIT,), Severity.WARNING, id="no PyTorch in a CUDA image"),
        pytest.param(Unknown("python does not start"), (), Severity.ERROR, id="nobody knows the build"),
    ],
)
def test_is_as_bad_as_what_the_container_is_for(torch: Any, toolkits: Any, severity: Severity) -> None:
    [found] = judged("VIR001", BARE, torch=torch, toolkits=toolkits, torch_run=None)

    assert found.severity is severity


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"platform": Platform(None, None, None)}, id="no container"),
        pytest.param({"platform": Platform(None, NOT_ASKED, None)}, id="nobody knows of a container"),
        pytest.param({"driver": R580}, id="it was given the GPU"),
        pytest.param({"driver": replace(R580, cuinit=802)}, id="it has all, and CUDA fails for another reason"),
        pytest.param(
            {"driver": replace(R580, device_nodes=(), cuinit=803)}, id="NVML works, so the nodes are there somewhere"
        ),
        pytest.param({"driver": replace(R580, libcuda=None, cuinit=None)}, id="a libcuda that does not load: DRV010"),
        pytest.param({"pci_gpus": (INTEL,)}, id="the host has no NVIDIA GPU"),
        pytest.param({"pci_gpus": ()}, id="the host shows no GPU at all"),
        pytest.param({"pci_gpus": Unknown("no /sys")}, id="nothing is known of the host"),
        pytest.param({"pci_gpus": (replace(CARD, bound="vfio-pci"),)}, id="the card is set aside for a VM"),
        pytest.param({"pci_gpus": (replace(CARD, bound="nouveau"),)}, id="the host runs nouveau: DRV006"),
        pytest.param({"torch_run": replace(BLIND, available=True)}, id="PyTorch reaches it all the same"),
        pytest.param({"platform": inside("docker", wsl=2, wsl_gpu_device=True)}, id="WSL's device is there"),
        pytest.param({"platform": inside("docker", wsl=2)}, id="WSL's device could not be looked for"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("VIR001", BARE, **facts)


def test_sound_containers_are_sound() -> None:
    assert not judged("VIR001", container())
    assert not judged("VIR001", cpu_machine(), platform=IN_DOCKER)
    assert not judged("VIR001", cpu_machine(), platform=IN_DOCKER, torch=CUDA_TORCH)
