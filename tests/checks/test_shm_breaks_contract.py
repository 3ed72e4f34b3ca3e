import pytest

from envdoctor.facts import CannotTellError, Contract, SharedMemory, Unknown
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", shm_bytes=8 * 10**9)


def test_says_how_to_start_the_container() -> None:
    [found] = findings("PRJ010", contract=NEEDS, shm=SharedMemory(67_108_864))

    assert "67.1 MB" in found.what
    assert "--shm-size=8000m" in found.fix.text


def test_none_at_all() -> None:
    assert findings("PRJ010", contract=NEEDS, shm=None)


@pytest.mark.parametrize(
    ("contract", "shm"),
    [
        pytest.param(NEEDS, SharedMemory(8 * 10**9), id="just enough"),
        pytest.param(Contract(), SharedMemory(1), id="the project does not say"),
        pytest.param(Contract(), Unknown("no answer"), id="nobody asks, nobody must know"),
        pytest.param(None, None, id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, shm: SharedMemory | None | Unknown) -> None:
    assert not findings("PRJ010", contract=contract, shm=shm)


@pytest.mark.parametrize("shm", [Unknown("no answer"), SharedMemory(Unknown("no answer"))])
def test_could_not_tell_is_no_violation(shm: SharedMemory | Unknown) -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ010", contract=NEEDS, shm=shm)
