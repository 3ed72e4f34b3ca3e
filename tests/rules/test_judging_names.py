import pytest

from envdoctor.facts import Driver, Failure, Gpu, PciGpu, Torch, Unknown
from envdoctor.rules.judging import gpu_name, gpu_to_use, said, torch_name

NO = Unknown("no")
NVIDIA = PciGpu("a", "10de", "2204")
SET_ASIDE = PciGpu("b", "10de", "2204", bound="vfio-pci")
AMD = PciGpu("c", "1002", "744c")


def test_what_has_no_known_name_is_named_without_one() -> None:
    assert torch_name(Torch("2.15.0+cu132")) == "PyTorch 2.15.0+cu132"
    assert torch_name(Torch(NO)) == "PyTorch"
    assert gpu_name(1, "NVIDIA A100") == "GPU 1 (NVIDIA A100)"
    assert gpu_name(1, NO) == gpu_name(1, None) == "GPU 1"


def test_stack_and_source_lines_are_not_what_was_said() -> None:
    lines = (
        "Fatal Python error: Aborted",
        '  File "/x/torch/__init__.py", line 505 in <module>',
        "    raise ValueError(name)",
        "  what():  INTERNAL ASSERT FAILED",
    )

    assert said(Failure("signal", "import torch", "SIGABRT", lines)).splitlines() == [
        "SIGABRT",
        "Fatal Python error: Aborted",
        "  what():  INTERNAL ASSERT FAILED",
    ]


@pytest.mark.parametrize(
    ("pci_gpus", "gpus", "driver", "answer"),
    [
        pytest.param((NVIDIA,), (), None, True, id="a card on the bus"),
        pytest.param((SET_ASIDE, NVIDIA), (), None, True, id="one of two cards"),
        pytest.param(NO, (Gpu(0),), None, True, id="the driver's list"),
        pytest.param((SET_ASIDE,), (Gpu(0),), None, True, id="the driver's list counts before the bus"),
        pytest.param((), (), Driver(cuda_device_count=1), True, id="CUDA's count"),
        pytest.param((SET_ASIDE,), (), None, False, id="a card of a virtual machine"),
        pytest.param((AMD,), (), None, False, id="another vendor's card"),
        pytest.param((), (), Driver(cuda_device_count=0, nvml=0), False, id="a driver without cards"),
        pytest.param(NO, NO, NO, False, id="nothing is seen"),
    ],
)
def test_gpu_to_use(
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    driver: Driver | None | Unknown,
    answer: bool,
) -> None:
    assert gpu_to_use(pci_gpus, gpus, driver) is answer
