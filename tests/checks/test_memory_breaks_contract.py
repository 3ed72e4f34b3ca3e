import pytest

from envdoctor.facts import CannotTellError, Contract, Memory, Unknown
from envdoctor.testing import findings

GB = 10**9
NEEDS = Contract(source="envdoctor.toml", memory_bytes=32 * GB)


@pytest.mark.parametrize(
    ("memory", "words"),
    [
        pytest.param(Memory(16 * GB, limit_bytes=None), "There is 16 GB", id="a small machine"),
        pytest.param(Memory(64 * GB, limit_bytes=8 * GB), "control group grants 8 GB", id="a small container"),
    ],
)
def test_says_what_is_there(memory: Memory, words: str) -> None:
    [found] = findings("PRJ009", contract=NEEDS, memory=memory)

    assert words in found.what
    assert "needs 32 GB" in found.what


@pytest.mark.parametrize(
    ("contract", "memory"),
    [
        pytest.param(NEEDS, Memory(31 * GB, limit_bytes=None), id="a machine of 32 GB shows a little less"),
        pytest.param(NEEDS, Memory(64 * GB, limit_bytes=32 * GB), id="the limit is enough"),
        pytest.param(NEEDS, Memory(64 * GB, limit_bytes=Unknown("no answer")), id="no limit is known"),
        pytest.param(NEEDS, Memory(None), id="nobody counts it here"),
        pytest.param(Contract(), Memory(GB), id="the project does not say"),
        pytest.param(None, Memory(GB), id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, memory: Memory) -> None:
    assert not findings("PRJ009", contract=contract, memory=memory)


@pytest.mark.parametrize("memory", [Unknown("no answer"), Memory(Unknown("no answer"))])
def test_could_not_tell_is_no_violation(memory: Memory | Unknown) -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ009", contract=NEEDS, memory=memory)
