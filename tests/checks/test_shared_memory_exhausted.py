import pytest

from envdoctor.facts import Message, Platform, SharedMemory
from envdoctor.testing import findings

DOCKER = Platform(container="docker")
METAL = Platform(vm=None, container=None, wsl=None)


def test_a_worker_says_so() -> None:
    [found] = findings("SYS054", messages=(Message("shm-short", "killed by signal: Bus error"),), platform=METAL)

    assert found.confidence == "proved"


@pytest.mark.parametrize("sign", ["bus-error", "shm-object-missing"])
def test_a_bus_error_in_a_container_makes_it_likely(sign: str) -> None:
    [found] = findings("SYS054", messages=(Message(sign, "x"),), platform=DOCKER)

    assert found.confidence == "likely"


def test_kubernetes_has_no_shm_size() -> None:
    [found] = findings("SYS054", messages=(Message("shm-short", "x"),), platform=Platform(container="kubernetes"))

    assert "emptyDir" in found.fix.text


@pytest.mark.parametrize(
    ("sign", "platform", "shm"),
    [
        pytest.param("bus-error", METAL, None, id="a bus error without a container"),
        pytest.param("shm-option", DOCKER, None, id="an option in a command"),
        pytest.param("shm-short", DOCKER, SharedMemory(2**36, 2**36), id="64 GiB are free"),
        pytest.param("disk-full", DOCKER, None, id="another disk is full"),
    ],
)
def test_stays_silent(sign: str, platform: Platform, shm: SharedMemory | None) -> None:
    assert not findings("SYS054", messages=(Message(sign, "x"),), platform=platform, shm=shm)
