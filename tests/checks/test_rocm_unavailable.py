from typing import Any

import pytest

from envdoctor.facts import PciGpu, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

AMD = PciGpu("0000:03:00.0", "1002", "744c", bound="amdgpu")
NVIDIA = PciGpu("0000:01:00.0", "10de", "2204", bound="nvidia")


def ask(**facts: Any) -> list[Finding]:
    usual: dict[str, Any] = {
        "torch": Torch("2.9.1+rocm6.4", hip="6.4", cuda=None),
        "torch_run": TorchRun(available=False, init_error="RuntimeError: No HIP GPUs are available"),
        "pci_gpus": (AMD,),
        "platform": Platform(vm=None, container=None, wsl=None),
        "messages": Unknown("not asked"),
    }
    return findings("TOR012", **(usual | facts))


def test_names_build_card_and_words() -> None:
    [found] = ask()

    assert "PyTorch 2.9.1+rocm6.4" in found.what
    assert "1002:744c at 0000:03:00.0" in found.what
    assert "No HIP GPUs" in found.what
    assert (found.severity, found.cause) == (Severity.ERROR, "rocm")
    assert "groups render and video" in found.fix.text


def test_a_container_must_be_given_the_nodes() -> None:
    [found] = ask(platform=Platform(vm=None, container="docker", wsl=None))

    assert "--device /dev/kfd" in found.fix.text


def test_a_card_that_amdgpu_does_not_hold() -> None:
    [found] = ask(pci_gpus=(PciGpu("0000:03:00.0", "1002", "744c", bound=None),))

    assert "amdgpu does not hold the card" in found.why
    assert "restart" in found.fix.text


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"torch_run": TorchRun(available=True)}, id="it works"),
        pytest.param({"torch_run": TorchRun()}, id="it was not asked"),
        pytest.param({"torch_run": None}, id="it was not run"),
        pytest.param({"torch": None}, id="no torch"),
        pytest.param({"torch": Torch("2.9.1+cu128", cuda="12.8", hip=None)}, id="a CUDA build"),
        pytest.param({"torch": Torch("2.9.1+cpu", cuda=None, hip=None)}, id="a CPU build"),
        pytest.param({"pci_gpus": ()}, id="no card"),
        pytest.param({"pci_gpus": (NVIDIA,)}, id="an NVIDIA card is another check's"),
        pytest.param({"pci_gpus": (PciGpu("0", "1002", "744c", bound="vfio-pci"),)}, id="one for a virtual machine"),
        pytest.param({"messages": ()}, id="a pasted text"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not ask(**facts)
