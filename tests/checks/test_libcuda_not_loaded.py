import pytest

from envdoctor.facts import Host, Message, Platform
from envdoctor.testing import findings

SAID = Message("libcuda-missing", "libcuda.so.1: cannot open shared object file")
METAL = Platform(vm=None, container=None, wsl=None)


@pytest.mark.parametrize("sign", ["libcuda-missing", "nvml-missing"])
def test_the_loader_does_not_find_it(sign: str) -> None:
    [found] = findings("DRV057", messages=(Message(sign, "x"),), platform=METAL, host=Host("linux"))

    assert "ldconfig" in found.fix.commands[0]


def test_windows_has_no_ldconfig() -> None:
    [found] = findings("DRV057", messages=(SAID,), host=Host("windows"))

    assert found.fix.commands == ()


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        pytest.param(SAID, {"platform": Platform(container="docker")}, id="a container is another check's"),
        pytest.param(SAID, {"platform": Platform(wsl=2)}, id="WSL is another check's"),
        pytest.param(SAID, {"host": Host("darwin")}, id="a Mac has none"),
        pytest.param(Message("driver-stub", "x"), {}, id="a stub is another check's"),
        pytest.param(Message("compat-refused", "x"), {}, id="it loads and is refused"),
    ],
)
def test_stays_silent(said: Message, facts: dict[str, object]) -> None:
    assert not findings("DRV057", messages=(said,), **facts)
