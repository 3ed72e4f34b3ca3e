from typing import Any

import pytest

from envdoctor.facts import Driver, Gpu, PciGpu, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

NVIDIA = PciGpu("0000:01:00.0", "10de", "2204", bound="nvidia")


def ask(**facts: Any) -> list[Finding]:
    usual: dict[str, Any] = {
        "torch": Torch("2.15.0+cu132", cuda="13.2"),
        "torch_run": TorchRun(available=False),
        "pci_gpus": (NVIDIA,),
        "gpus": (),
        "driver": None,
        "environment": {},
    }
    return findings("TOR006", **(usual | facts))


@pytest.mark.parametrize(
    ("environment", "cause"),
    [
        ({"CUDA_VISIBLE_DEVICES": "7"}, "visible-devices-hidden"),
        ({"NVIDIA_VISIBLE_DEVICES": "void"}, "visible-devices-hidden"),
        (Unknown("not asked"), "visible-devices-hidden"),
        ({}, "cuda-unavailable"),
        ({"OMP_NUM_THREADS": "1"}, "cuda-unavailable"),
    ],
)
def test_a_variable_is_accused_where_one_is_set(environment: dict[str, str] | Unknown, cause: str) -> None:
    run = TorchRun(available=False, init_error="RuntimeError: No CUDA GPUs are available")
    [found] = ask(torch_run=run, environment=environment)

    assert found.cause == cause


def test_repeats_what_torch_says() -> None:
    run = TorchRun(available=False, init_error="RuntimeError: Found no NVIDIA driver on your system.\nPlease check")
    [found] = ask(torch_run=run, driver=Driver(cuinit=100))

    assert found.what.endswith(": RuntimeError: Found no NVIDIA driver on your system.")
    assert (found.severity, found.cause, found.confidence) == (Severity.ERROR, "no-driver", "likely")
    assert found.evidence["driver.cuinit"] == 100


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("The NVIDIA driver on your system is too old (found version 11040)", "driver-too-old"),
        (
            "Unexpected error from cudaGetDeviceCount(). Error 804: forward compatibility was attempted",
            "libcuda-broken",
        ),
        ("Error 802: system not yet initialized", "fabricmanager"),
        ("Error 803: system has unsupported display driver / cuda driver combination", "driver-library-mismatch"),
        ("CUDA driver is a stub library", "driver-stub-on-path"),
        ("No CUDA GPUs are available", "visible-devices-hidden"),
        ("CUDA unknown error - this may be due to an incorrectly set up environment", "uvm-or-suspend"),
        ("something else at line 802", "cuda-unavailable"),
        (None, "cuda-unavailable"),
    ],
)
def test_causes(message: str | None, cause: str) -> None:
    [found] = ask(torch_run=TorchRun(available=False, init_error=message), environment=Unknown("not asked"))

    assert found.cause == cause


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"torch_run": TorchRun(available=True)}, id="it is available"),
        pytest.param({"torch_run": TorchRun()}, id="torch did not come so far"),
        pytest.param({"torch_run": None}, id="torch was not run"),
        pytest.param({"pci_gpus": ()}, id="no GPU: rightly unavailable"),
        pytest.param({"pci_gpus": (PciGpu("a", "1002", "744c"),)}, id="AMD's GPU"),
        pytest.param(
            {"pci_gpus": (PciGpu("a", "10de", "2204", bound="vfio-pci"),)}, id="the card is a virtual machine's"
        ),
        pytest.param(
            {"pci_gpus": Unknown("no bus"), "gpus": Unknown("no NVML")}, id="whether there is a GPU is not known"
        ),
        pytest.param({"torch": Torch("2.15.0+cpu", cuda=None, hip=None, xpu=None)}, id="a CPU build is TOR003's"),
        pytest.param({"torch": Torch("2.9.1+rocm6.4", cuda=None, hip="6.4")}, id="a ROCm build is TOR009's"),
        pytest.param({"torch": None}, id="no torch"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not ask(**facts)


def test_the_drivers_list_is_enough() -> None:
    assert ask(pci_gpus=Unknown("WSL"), gpus=(Gpu(0, "NVIDIA A100"),))
