import pytest

from envdoctor.facts import Driver, Message, Platform
from envdoctor.testing import findings

GUEST = Platform(vm="vmware workstation", container=None, wsl=None)


def test_the_virtual_card_proves_it() -> None:
    [found] = findings("VIR054", messages=(Message("vm-adapter", "VMware SVGA II Adapter"),))

    assert found.confidence == "proved"


@pytest.mark.parametrize("sign", ["no-gpus", "no-driver-found", "driver-not-communicating", "gpu-not-seen"])
def test_a_guest_that_finds_no_card(sign: str) -> None:
    [found] = findings("VIR054", messages=(Message(sign, "x"),), platform=GUEST)

    assert found.confidence == "likely"
    assert "vmware workstation" in found.what


@pytest.mark.parametrize(
    ("platform", "driver", "sign"),
    [
        pytest.param(GUEST, Driver("550.54"), "no-gpus", id="a driver answers: a card was passed through"),
        pytest.param(Platform(vm="google colab"), None, "no-gpus", id="a cloud's guest has real cards"),
        pytest.param(Platform(vm=None), None, "no-gpus", id="no virtual machine"),
        pytest.param(GUEST, None, "gpu-memory-out", id="another message"),
    ],
)
def test_stays_silent(platform: Platform, driver: Driver | None, sign: str) -> None:
    assert not findings("VIR054", messages=(Message(sign, "x"),), platform=platform, driver=driver)
