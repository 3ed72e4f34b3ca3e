import pytest

from envdoctor.facts import Contract, Host
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", os=("linux",), arch=("x86_64",))


@pytest.mark.parametrize(
    ("host", "words"),
    [
        pytest.param(Host("windows", arch="x86_64"), "windows", id="another system"),
        pytest.param(Host("linux", arch="aarch64"), "aarch64", id="another processor"),
        pytest.param(Host("linux", arch=None), "unknown kind", id="a processor without a name"),
    ],
)
def test_says_what_is_here_and_what_is_needed(host: Host, words: str) -> None:
    [found] = findings("PRJ001", contract=NEEDS, host=host)

    assert words in found.what
    assert "envdoctor.toml needs" in found.what
    assert found.verify == "envdoctor check --against envdoctor.toml"


def test_both_are_said() -> None:
    assert len(findings("PRJ001", contract=NEEDS, host=Host("darwin", arch="aarch64"))) == 2


@pytest.mark.parametrize(
    ("contract", "host"),
    [
        pytest.param(NEEDS, Host("linux", arch="x86_64"), id="as needed"),
        pytest.param(Contract(os=("linux", "windows")), Host("windows"), id="one of several"),
        pytest.param(Contract(), Host("windows", arch="aarch64"), id="the project does not say"),
        pytest.param(None, Host("windows"), id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, host: Host) -> None:
    assert not findings("PRJ001", contract=contract, host=host)
