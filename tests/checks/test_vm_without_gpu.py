from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import PciGpu, Platform, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BROKEN, TOOLKIT, VMWARE
from tests.machines_snapshots import CARD, CPU_TORCH, INTEL, R580, RTX_3090, judged

GUEST = BROKEN["VIR002"]
LEFT_BEHIND = replace(R580, kernel=None, cuinit=100, nvml=9, device_nodes=())


def test_names_machine_adapter_and_signs() -> None:
    [found] = judged("VIR002", GUEST)

    assert "(vmware) has only a virtual display adapter (VMware SVGA II)" in found.what
    assert "2.15.0+cu132" in found.what
    assert "/usr/local/cuda-13.2" in found.what
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("vm", "adapter", "name"),
    [
        ("virtualbox", ("80ee", "beef"), "VirtualBox"),
        ("hyper-v", ("1414", "5353"), "Hyper-V"),
        ("parallels", ("1ab8", "4005"), "Parallels"),
        ("kvm", ("1b36", "0100"), "QXL"),
        ("kvm", ("1af4", "1050"), "virtio-gpu"),
        ("qemu", ("1234", "1111"), "QEMU standard VGA"),
        ("xen", ("1013", "00b8"), "Cirrus"),
    ],
)
def test_knows_the_usual_adapters(vm: str, adapter: tuple[str, str], name: str) -> None:
    pci = (PciGpu("0000:00:02.0", *adapter),)

    [found] = judged("VIR002", GUEST, platform=Platform(vm, None, None), pci_gpus=pci)

    assert name in found.what


def test_hyper_v_may_show_no_adapter() -> None:
    [found] = judged("VIR002", GUEST, platform=Platform("hyper-v", None, None), pci_gpus=())

    assert "no display adapter" in found.what


def test_a_driver_without_a_card_was_put_there_on_purpose() -> None:
    [found] = judged("VIR002", GUEST, torch=CPU_TORCH, toolkits=(), driver=LEFT_BEHIND, gpus=Unknown("NVML"))

    assert "NVIDIA driver files" in found.what
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"toolkits": ()}, id="a CUDA build alone is what pip installs"),
        pytest.param({"torch": None}, id="a toolkit alone may only compile"),
        pytest.param({"torch": Unknown("python")}, id="a toolkit, and nobody knows the build"),
    ],
)
def test_warns_where_little_speaks_for_cuda(facts: dict[str, Any]) -> None:
    [found] = judged("VIR002", GUEST, **facts)

    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"torch": CPU_TORCH, "toolkits": ()}, id="a CPU build is right"),
        pytest.param({"torch": None, "toolkits": ()}, id="nothing asks for CUDA"),
        pytest.param({"pci_gpus": (VMWARE, CARD)}, id="a card was passed through"),
        pytest.param({"pci_gpus": (INTEL,)}, id="a real adapter of another maker"),
        pytest.param({"platform": Platform(None, None, None)}, id="bare metal"),
        pytest.param({"platform": Platform("google-cloud", None, None), "pci_gpus": ()}, id="a cloud's machine"),
        pytest.param({"platform": Platform("amazon-ec2", None, None)}, id="a cloud's machine with an adapter"),
        pytest.param({"platform": Platform("firecracker", None, None), "pci_gpus": ()}, id="no adapter by nature"),
        pytest.param({"platform": Platform("kvm", None, None), "pci_gpus": ()}, id="a server's guest without display"),
        pytest.param({"platform": Platform(Unknown("?"), None, None)}, id="nobody knows"),
        pytest.param({"platform": Platform("hyper-v", None, 2)}, id="WSL is VIR005's"),
        pytest.param({"driver": R580}, id="a virtual GPU with a driver that runs"),
        pytest.param({"gpus": (RTX_3090,)}, id="the driver lists a GPU"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("VIR002", GUEST, **facts)


def test_a_toolkit_that_came_with_wheels_is_no_sign() -> None:
    wheels = (replace(TOOLKIT, found_by=("wheels",)), replace(TOOLKIT, nvcc=None))

    assert not judged("VIR002", GUEST, torch=CPU_TORCH, toolkits=wheels)
