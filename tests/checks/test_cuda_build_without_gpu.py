from typing import Any

import pytest

from envdoctor.facts import Driver, Gpu, Host, PciGpu, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

AMD = PciGpu("0000:06:00.0", "1002", "744c")
INTEL = PciGpu("0000:00:02.0", "8086", "46a6")
NVIDIA = PciGpu("0000:01:00.0", "10de", "2204")


def ask(**facts: Any) -> list[Finding]:
    usual: dict[str, Any] = {
        "torch": Torch("2.15.0+cu132", cuda="13.2"),
        "torch_run": TorchRun(available=False),
        "pci_gpus": (),
        "gpus": (),
        "driver": None,
        "platform": Platform(vm=None, container=None, wsl=None),
        "host": Host("linux", kernel="6.8.0-45-generic"),
    }
    return findings("TOR005", **(usual | facts))


def test_is_a_warning_and_accuses_nobody() -> None:
    [found] = ask()

    assert found.what == "PyTorch 2.15.0+cu132 is a CUDA build, and this machine has no NVIDIA GPU."
    assert (found.severity, found.cause) == (Severity.WARNING, "no-nvidia-gpu")
    assert found.evidence == {"torch.cuda": "13.2", "pci_gpus": []}


def test_a_card_that_is_kept_for_virtual_machines_is_named() -> None:
    [found] = ask(pci_gpus=(PciGpu("0000:01:00.0", "10de", "2204", bound="vfio-pci"),), driver=Driver(nvml=0))

    assert "keeps NVIDIA GPU 10de:2204 at 0000:01:00.0 for virtual machines" in found.what
    assert (found.severity, found.cause) == (Severity.WARNING, "driver-not-loaded")


def test_names_the_gpu_that_is_there() -> None:
    [found] = ask(pci_gpus=(AMD,))

    assert "ROCm" in found.fix.text


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"pci_gpus": (INTEL,)}, id="Intel's graphics"),
        pytest.param({"torch_run": Unknown("not run")}, id="torch was not run"),
        pytest.param({"driver": Driver(library="580.65.06")}, id="a driver's files alone, as on a login node"),
    ],
)
def test_speaks(facts: dict[str, Any]) -> None:
    assert ask(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"pci_gpus": (NVIDIA,)}, id="a card on the bus"),
        pytest.param({"gpus": (Gpu(0, "NVIDIA A100"),)}, id="a card in the driver's list"),
        pytest.param({"driver": Driver(nvml=0)}, id="a driver that answers: its card may be lost"),
        pytest.param({"driver": Driver(kernel="580.65.06")}, id="a driver that is loaded"),
        pytest.param({"driver": Driver(cuinit=0, cuda_device_count=1)}, id="CUDA counts one"),
        pytest.param({"torch_run": TorchRun(available=True)}, id="it works, whatever the bus shows"),
        pytest.param({"host": Host("linux", kernel="5.15.148-tegra")}, id="a Jetson's GPU is on no bus"),
        pytest.param({"platform": Platform(wsl=2)}, id="WSL has no bus"),
        pytest.param({"torch": Torch("2.15.0+cpu", cuda=None, hip=None, xpu=None)}, id="a CPU build is right"),
        pytest.param({"torch": Torch("2.9.1+rocm6.4", cuda=None, hip="6.4")}, id="a ROCm build"),
        pytest.param({"torch": Torch("2.15.0")}, id="the variant is not known"),
        pytest.param({"torch": None}, id="no torch"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not ask(**facts)
