import pytest

from envdoctor.facts import CannotTellError, Compiler, Contract, Unknown
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", gcc=">=9,<14")


@pytest.mark.parametrize(
    ("compilers", "words"),
    [
        pytest.param((Compiler("gcc", "/usr/bin/gcc", "14.2.0"),), "gcc is 14.2.0", id="too new"),
        pytest.param((), "no gcc", id="none"),
        pytest.param((Compiler("clang", "/usr/bin/clang", "12.0.0"),), "no gcc", id="another one"),
    ],
)
def test_says_what_is_there(compilers: tuple[Compiler, ...], words: str) -> None:
    [found] = findings("PRJ008", contract=NEEDS, compilers=compilers)

    assert words in found.what


@pytest.mark.parametrize(
    ("contract", "compilers"),
    [
        pytest.param(NEEDS, (Compiler("gcc", "/usr/bin/gcc", "13.3.0"),), id="inside"),
        pytest.param(NEEDS, (Compiler("gcc", "/usr/bin/gcc", None),), id="it does not tell its version"),
        pytest.param(Contract(gcc=""), (Compiler("gcc", "/usr/bin/gcc", "4.8"),), id="any version"),
        pytest.param(Contract(), (), id="the project does not say"),
        pytest.param(Contract(), Unknown("no answer"), id="nobody asks, nobody must know"),
        pytest.param(None, (), id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, compilers: tuple[Compiler, ...] | Unknown) -> None:
    assert not findings("PRJ008", contract=contract, compilers=compilers)


def test_could_not_tell_is_no_violation() -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ008", contract=NEEDS, compilers=(Compiler("gcc", "/usr/bin/gcc", Unknown("it hangs")),))
