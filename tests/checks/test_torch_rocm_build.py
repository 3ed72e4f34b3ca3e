from typing import Any

import pytest

from envdoctor.facts import Driver, Gpu, PciGpu, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

ROCM = Torch("2.9.1+rocm6.4", cuda=None, hip="6.4.43484", xpu=None)
NVIDIA = PciGpu("0000:01:00.0", "10de", "2204")
AMD = PciGpu("0000:06:00.0", "1002", "744c")


def ask(**facts: Any) -> list[Finding]:
    usual: dict[str, Any] = {"torch": ROCM, "torch_run": TorchRun(available=False), "pci_gpus": (NVIDIA,)}
    return findings("TOR009", **(usual | {"gpus": (), "driver": None} | facts))


def test_names_the_build() -> None:
    [found] = ask(gpus=(Gpu(0, "NVIDIA GeForce RTX 3090"),))

    assert "2.9.1+rocm6.4" in found.what
    assert (found.severity, found.cause) == (Severity.ERROR, "rocm")
    assert found.evidence["torch.hip"] == "6.4.43484"


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"pci_gpus": (AMD,)}, id="AMD's GPU is the right one"),
        pytest.param({"pci_gpus": (AMD, NVIDIA)}, id="of both, AMD's may be the one that is meant"),
        pytest.param({"pci_gpus": ()}, id="no GPU at all"),
        pytest.param({"torch_run": TorchRun(available=True)}, id="it works"),
        pytest.param(
            {"pci_gpus": (PciGpu("a", "10de", "2204", bound="vfio-pci"),)}, id="the card is a virtual machine's"
        ),
        pytest.param({"torch": Torch("2.9.1+cu128", cuda="12.8")}, id="a CUDA build"),
        pytest.param({"torch": Torch("2.9.1+cpu", cuda=None, hip=None, xpu=None)}, id="a CPU build is TOR003's"),
        pytest.param({"torch": Torch("2.9.1")}, id="the variant is not known"),
        pytest.param({"torch": None}, id="no torch"),
        pytest.param({"pci_gpus": (), "gpus": Unknown("x"), "driver": Driver(nvml=0)}, id="a driver and no card"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not ask(**facts)
