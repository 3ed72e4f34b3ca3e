import pytest

from envdoctor.facts import Host
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "conda installs the CPU version of PyTorch although I ask for cudatoolkit 11.3",
        "CUDA is not available. [conda] pytorch 1.4.0 py3.7_cpu_0 pytorch",
        "torch.cuda.is_available() returns False after pip install --index-url https://download.pytorch.org/whl/cpu",
    ],
)
def test_knows_how_installers_choose(text: str) -> None:
    [found] = findings("INS056", messages=told(text))

    assert (found.cause, found.confidence) == ("install-blocked", "proved")


def test_packages_for_cuda_beside_it_are_a_wish() -> None:
    messages = told("[conda] pytorch 1.9.0 py3.8_cpu_0 pytorch")

    assert findings("INS056", messages=messages, packages={"cudatoolkit": "11.3"})


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("[conda] pytorch 1.9.0 py3.8_cpu_0 pytorch", id="a CPU build that nobody complains of"),
        pytest.param("CUDA is not available. [conda] pytorch 1.9.0 py3.8_cuda11.1_cudnn8_0", id="a CUDA build"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("INS056", messages=told(text))


def test_silent_on_a_mac() -> None:
    messages = told("conda installs the CPU version of PyTorch")

    assert not findings("INS056", messages=messages, host=Host("darwin"))
