import pytest

from envdoctor.facts import Message, Platform
from envdoctor.testing import findings

SAID = Message("container-lost-gpu", "Failed to initialize NVML: Unknown Error")


def test_in_a_container_it_is_proved() -> None:
    [found] = findings("VIR052", messages=(SAID,), platform=Platform(container="docker"))

    assert found.confidence == "proved"
    assert found.evidence["platform.container"] == "docker"


def test_elsewhere_it_is_likely() -> None:
    [found] = findings("VIR052", messages=(SAID,))

    assert found.confidence == "likely"


@pytest.mark.parametrize("sign", ["container-refused-gpu", "cuda-unknown-error", "driver-library-mismatch"])
def test_stays_silent(sign: str) -> None:
    assert not findings("VIR052", messages=(Message(sign, "x"),), platform=Platform(container="docker"))
