import pytest

from envdoctor.facts import Host, Message
from envdoctor.testing import findings

SAID = Message("mps-unavailable", "MPS built: True, available: False")


@pytest.mark.parametrize("sign", ["mps-unavailable", "mac-too-old", "mac-fork"])
def test_macos_stands_in_the_way(sign: str) -> None:
    [found] = findings("SYS056", messages=(Message(sign, "x"),), host=Host("darwin", arch="aarch64"))

    assert found.cause == "mps-or-macos"


def test_a_python_for_intel_is_named() -> None:
    [found] = findings("SYS056", messages=(SAID,), host=Host("darwin", name="macOS 15.3", arch="x86_64"))

    assert "Rosetta" in found.why
    assert "macOS 15.3" in found.what


@pytest.mark.parametrize(
    ("sign", "host"),
    [
        pytest.param("mps-unavailable", Host("linux"), id="no Mac"),
        pytest.param("mps-unimplemented", Host("darwin"), id="an operator that MPS lacks is no fault of the Mac"),
        pytest.param("gpu-memory-out", Host("darwin"), id="another message"),
    ],
)
def test_stays_silent(sign: str, host: Host) -> None:
    assert not findings("SYS056", messages=(Message(sign, "x"),), host=host)
