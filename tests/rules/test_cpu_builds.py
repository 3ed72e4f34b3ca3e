import pytest

from envdoctor.facts import Gpu, Unknown
from envdoctor.rules.cpu_builds import cpu_build_told, cuda_wanted
from tests.told import told

UNKNOWN = Unknown("not said")


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("PyTorch version: 2.3.1+cpu", True),
        ("[conda] pytorch 2.1.0 cpu_generic_py310h", True),
        ("pytorch/win-64::pytorch-1.10.0-py3.6_cpu_0", True),
        ("torch.version.cuda is None", True),
        ("PyTorch version: 2.3.1+cu121", False),
        ("[conda] pytorch 1.9.0 py3.8_cuda11.1_cudnn8.0.5_0", False),
        ("the CPU has 16 cores", False),
    ],
)
def test_a_build_for_the_cpu_is_known(text: str, shows: bool) -> None:
    assert (cpu_build_told(told(text)) is not None) is shows


def test_a_complaint_a_gpu_or_packages_show_the_wish() -> None:
    assert cuda_wanted(told("torch.cuda.is_available() returns False"), UNKNOWN, UNKNOWN)
    assert cuda_wanted((), UNKNOWN, (Gpu(0),))
    assert cuda_wanted((), {"cudatoolkit": "11.3"}, UNKNOWN)


def test_without_any_of_them_there_is_none() -> None:
    assert not cuda_wanted(told("PyTorch version: 2.3.1+cpu"), {"torch": "2.3.1"}, ())
