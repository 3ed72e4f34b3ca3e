import pytest

from envdoctor.facts import Gpu, Host, Message, PciGpu
from envdoctor.testing import findings

SAID = Message("not-compiled-with-cuda", "Torch not compiled with CUDA enabled")
INTEL = PciGpu("", "8086", "", name="Intel Iris Xe")


def test_a_mac() -> None:
    [found] = findings("GPU062", messages=(SAID,), host=Host("darwin"))

    assert "Macs" in found.what


def test_a_card_of_intel() -> None:
    [found] = findings("GPU062", messages=(SAID,), pci_gpus=(INTEL,))

    assert "Intel Iris Xe" in found.what


@pytest.mark.parametrize(
    ("sign", "facts"),
    [
        pytest.param("not-compiled-with-cuda", {"host": Host("linux")}, id="nobody named a card"),
        pytest.param("not-compiled-with-cuda", {"pci_gpus": (INTEL,), "gpus": (Gpu(0),)}, id="an NVIDIA card too"),
        pytest.param("gpu-memory-out", {"pci_gpus": (INTEL,)}, id="another message"),
    ],
)
def test_stays_silent(sign: str, facts: dict[str, object]) -> None:
    assert not findings("GPU062", messages=(Message(sign, "x"),), **facts)
