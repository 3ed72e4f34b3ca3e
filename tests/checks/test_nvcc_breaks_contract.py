import pytest

from envdoctor.facts import CannotTellError, Contract, Toolkit, Unknown
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", nvcc=">=12.1,<13")
OLD = Toolkit("/usr/local/cuda-11.8", "11.8", "/usr/local/cuda-11.8/bin/nvcc", first_on_path=True)
GOOD = Toolkit("/usr/local/cuda-12.4", "12.4", "/usr/local/cuda-12.4/bin/nvcc")
HOME = Toolkit("/opt/cuda-12.4", "12.4", "/opt/cuda-12.4/bin/nvcc", cuda_home=True)
RUNTIME = Toolkit("/usr/lib", "12.4", None)


@pytest.mark.parametrize(
    ("toolkits", "words"),
    [
        pytest.param((OLD, GOOD), "CUDA 11.8", id="the one on PATH counts"),
        pytest.param((OLD,), "/usr/local/cuda-11.8", id="too old"),
        pytest.param((), "No nvcc", id="none"),
        pytest.param((RUNTIME,), "No nvcc", id="libraries alone"),
    ],
)
def test_says_which_nvcc_is_used(toolkits: tuple[Toolkit, ...], words: str) -> None:
    [found] = findings("PRJ007", contract=NEEDS, toolkits=toolkits)

    assert words in found.what


def test_one_that_is_there_and_not_used_is_named() -> None:
    other = Toolkit("/usr/local/cuda-12.6", "12.6", "/usr/local/cuda-12.6/bin/nvcc")

    [found] = findings("PRJ007", contract=NEEDS, toolkits=(GOOD, other))

    assert "toolkits here: 12.4, 12.6" in found.what


@pytest.mark.parametrize(
    ("contract", "toolkits"),
    [
        pytest.param(NEEDS, (OLD, HOME), id="CUDA_HOME wins over PATH"),
        pytest.param(NEEDS, (GOOD,), id="the only one"),
        pytest.param(Contract(nvcc=""), (OLD,), id="any version"),
        pytest.param(NEEDS, (Toolkit("/x", None, "/x/nvcc", first_on_path=True),), id="it does not tell its version"),
        pytest.param(Contract(), (), id="the project does not say"),
        pytest.param(Contract(), Unknown("no answer"), id="nobody asks, nobody must know"),
        pytest.param(None, (), id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, toolkits: tuple[Toolkit, ...] | Unknown) -> None:
    assert not findings("PRJ007", contract=contract, toolkits=toolkits)


def test_could_not_tell_is_no_violation() -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ007", contract=NEEDS, toolkits=Unknown("no answer"))
