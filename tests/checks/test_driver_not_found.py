import pytest

from envdoctor.facts import Driver, Gpu, Host, Message, PciGpu, Platform
from envdoctor.testing import findings

SAID = Message("no-driver-found", "Found no NVIDIA driver on your system")
METAL = Platform(vm=None, container=None, wsl=None)


def test_the_driver_is_missing() -> None:
    [found] = findings("DRV052", messages=(SAID,), platform=METAL, host=Host("linux"))

    assert found.cause == "no-driver"
    assert found.confidence == "proved"


def test_a_card_of_another_maker_is_named() -> None:
    card = PciGpu("", "8086", "", name="Intel Iris Xe Graphics")

    [found] = findings("DRV052", messages=(SAID,), platform=METAL, pci_gpus=(card,))

    assert "Intel Iris Xe" in found.what
    assert "CPU" in found.fix.text


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        pytest.param(Message("driver-too-old", "x"), {}, id="there is one"),
        pytest.param(SAID, {"platform": Platform(container="docker")}, id="a container is another check's"),
        pytest.param(SAID, {"platform": Platform(wsl=2)}, id="WSL is another check's"),
        pytest.param(SAID, {"host": Host("darwin")}, id="a Mac has none"),
        pytest.param(SAID, {"gpus": (Gpu(0, name="Orin (nvgpu)"),)}, id="a Jetson is another check's"),
        pytest.param(Message("no-smi", "x"), {"driver": Driver("550.54")}, id="only the program nvidia-smi is missing"),
    ],
)
def test_stays_silent(said: Message, facts: dict[str, object]) -> None:
    assert not findings("DRV052", messages=(said,), **facts)
