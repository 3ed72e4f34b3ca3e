import pytest

from envdoctor.facts import Driver, Message, Platform
from envdoctor.testing import findings

DOCKER = Platform(container="docker")
METAL = Platform(vm=None, container=None, wsl=None)
REFUSED = Message("container-refused-gpu", "could not select device driver")


def test_the_engine_says_it_itself() -> None:
    [found] = findings("VIR051", messages=(REFUSED,), platform=METAL)

    assert found.confidence == "proved"
    assert "nvidia-ctk runtime configure" in found.fix.commands[0]


@pytest.mark.parametrize("sign", ["no-driver-found", "no-smi", "no-gpus", "libcuda-missing"])
def test_a_container_without_driver_was_given_none(sign: str) -> None:
    [found] = findings("VIR051", messages=(Message(sign, "x"),), platform=DOCKER)

    assert found.confidence == "likely"


@pytest.mark.parametrize(("kind", "word"), [("podman", "cdi"), ("kubernetes", "kubectl"), ("apptainer", "--nv")])
def test_each_engine_has_its_own_commands(kind: str, word: str) -> None:
    [found] = findings("VIR051", messages=(REFUSED,), platform=Platform(container=kind))

    assert word in " ".join(found.fix.commands)


@pytest.mark.parametrize(
    ("messages", "platform", "driver"),
    [
        pytest.param((), DOCKER, None, id="nothing is said"),
        pytest.param((Message("no-driver-found", "x"),), METAL, None, id="no container"),
        pytest.param((Message("driver-too-old", "x"),), DOCKER, None, id="another message"),
        pytest.param((Message("no-gpus", "x"),), DOCKER, Driver("550.54"), id="a driver answers, so a GPU was given"),
        pytest.param((Message("no-driver-found", "x"),), Platform(container="docker", wsl=2), None, id="WSL's matter"),
    ],
)
def test_stays_silent(messages: tuple[Message, ...], platform: Platform, driver: Driver | None) -> None:
    assert not findings("VIR051", messages=messages, platform=platform, driver=driver)


def test_in_lxc_nvidia_smi_itself_complains() -> None:
    said = (Message("driver-not-communicating", "x"),)

    assert findings("VIR051", messages=said, platform=Platform(container="lxc"))
    assert not findings("VIR051", messages=said, platform=Platform(container="docker"))
