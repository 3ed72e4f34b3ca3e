from typing import Any

import pytest

from envdoctor.facts import Driver, Gpu, Host, PciGpu, Platform, Torch, Unknown
from envdoctor.findings import INSTALL, Finding, Severity
from envdoctor.testing import findings

CPU = Torch("2.13.0+cpu", cuda=None, hip=None, xpu=None)
R580 = Driver("580.65.06", kernel="580.65.06", nvml=0, cuinit=0, cuda_device_count=1)
RTX_3090 = Gpu(0, "NVIDIA GeForce RTX 3090", compute_capability="8.6")
ON_BUS = PciGpu("0000:01:00.0", "10de", "2204", bound=None)
UNREAD = Unknown("there is no PCI bus to read")


def ask(**facts: Any) -> list[Finding]:
    usual: dict[str, Any] = {
        "torch": CPU,
        "torch_run": Unknown("not run"),
        "pci_gpus": (ON_BUS,),
        "gpus": (),
        "driver": None,
        "platform": Platform(vm=None, container=None, wsl=None),
        "host": Host("linux"),
    }
    return findings("TOR003", **(usual | facts))


def test_names_build_and_gpu() -> None:
    [found] = ask(gpus=(RTX_3090,), driver=R580)

    assert found.what == "PyTorch 2.13.0+cpu is a CPU build; this machine has GPU 0 (NVIDIA GeForce RTX 3090)."
    assert (found.severity, found.cause) == (Severity.ERROR, "cpu-only-build")
    assert found.fix.commands == (INSTALL,)
    assert found.evidence["driver.version"] == "580.65.06"


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(
            {"gpus": (RTX_3090,), "driver": R580, "pci_gpus": UNREAD}, id="Windows and WSL: the driver's list"
        ),
        pytest.param({"gpus": UNREAD, "driver": R580}, id="the bus, with a driver"),
        pytest.param({"pci_gpus": (), "driver": Driver(cuinit=0, cuda_device_count=1)}, id="a Jetson: CUDA's count"),
        pytest.param({"gpus": (Gpu(0, "Quadro"),), "host": Unknown("a pasted text")}, id="a pasted text"),
        pytest.param(
            {"gpus": (RTX_3090, Gpu(1, "GT 710", compute_capability="3.5")), "driver": R580}, id="one is too old"
        ),
    ],
)
def test_an_error_where_a_driver_runs(facts: dict[str, Any]) -> None:
    [found] = ask(**facts)

    assert found.severity is Severity.ERROR


def test_a_warning_where_no_driver_runs() -> None:
    [found] = ask()

    assert found.severity is Severity.WARNING
    assert "RTX 3090" in found.what


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"pci_gpus": ()}, id="no GPU: a CPU build is right"),
        pytest.param({"pci_gpus": UNREAD}, id="it cannot be told whether there is one"),
        pytest.param({"pci_gpus": UNREAD, "gpus": UNREAD}, id="nothing can be told"),
        pytest.param({"pci_gpus": (PciGpu("a", "1002", "744c"), PciGpu("b", "8086", "46a6"))}, id="AMD and Intel"),
        pytest.param(
            {"platform": Platform(container="docker")}, id="a container for the CPU on a host with a GPU is as meant"),
        pytest.param(
            {"pci_gpus": (PciGpu("a", "10de", "2204", bound="vfio-pci"),)}, id="the card is a virtual machine's"),
        pytest.param(
            {"pci_gpus": (PciGpu("a", "10de", "1042", bound="nouveau"),), "driver": None},
            id="a GeForce 510 has no CUDA build"),
        pytest.param({"gpus": (Gpu(0, "Tesla K40m", compute_capability="3.5"),), "driver": R580}, id="nor has a K40"),
        pytest.param({"host": Host("darwin"), "gpus": (RTX_3090,)}, id="there is no CUDA build for macOS"),
        pytest.param({"torch": Torch("2.13.0", cuda="13.0"), "gpus": (RTX_3090,)}, id="a CUDA build"),
        pytest.param({"torch": Torch("2.5.1+rocm6.2", cuda=None, hip="6.2"), "gpus": (RTX_3090,)}, id="ROCm"),
        pytest.param({"torch": Torch("2.7.0+xpu", cuda=None, hip=None, xpu="2025"), "gpus": (RTX_3090,)}, id="XPU"),
        pytest.param({"torch": Torch("2.13.0"), "gpus": (RTX_3090,)}, id="the variant is not known"),
        pytest.param({"torch": None, "gpus": (RTX_3090,)}, id="no torch"),
    ],
)  # fmt: skip
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not ask(**facts)
