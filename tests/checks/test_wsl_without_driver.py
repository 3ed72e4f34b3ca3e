import pytest

from envdoctor.facts import Message, Platform
from envdoctor.testing import findings

WSL2 = Platform(vm=None, container=None, wsl=2)
METAL = Platform(vm=None, container=None, wsl=None)


def test_words_of_wsl_prove_it() -> None:
    [found] = findings("VIR053", messages=(Message("wsl-blocked", "GPU access blocked"),), platform=METAL)

    assert found.confidence == "proved"


def test_a_message_in_wsl_makes_it_likely() -> None:
    [found] = findings("VIR053", messages=(Message("libcuda-missing", "x"),), platform=WSL2)

    assert found.confidence == "likely"
    assert found.evidence["platform.wsl"] == 2


def test_wsl_1_has_no_gpu() -> None:
    [found] = findings("VIR053", messages=(Message("no-driver-found", "x"),), platform=Platform(wsl=1))

    assert found.what.startswith("WSL 1")
    assert found.confidence == "proved"


@pytest.mark.parametrize(
    ("messages", "platform"),
    [
        pytest.param((), WSL2, id="nothing is said"),
        pytest.param((Message("libcuda-missing", "x"),), METAL, id="no WSL"),
        pytest.param((Message("gpu-memory-out", "x"),), WSL2, id="another message"),
        pytest.param((Message("wsl-version", "WSL 1"),), WSL2, id="the version alone is no fault"),
    ],
)
def test_stays_silent(messages: tuple[Message, ...], platform: Platform) -> None:
    assert not findings("VIR053", messages=messages, platform=platform)
