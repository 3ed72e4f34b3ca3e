import pytest

from envdoctor.facts import CannotTellError, Contract, Torch, Unknown
from envdoctor.findings import Risk
from envdoctor.testing import findings

RANGE = Contract(source="envdoctor.toml", torch=">=2.4,<2.9")
CUDA = Contract(source="envdoctor.toml", torch_build=("cuda",))
PIP = Unknown("not asked")


@pytest.mark.parametrize(
    ("contract", "torch", "words"),
    [
        pytest.param(RANGE, Torch("2.15.0+cu132", cuda="13.2"), "2.15.0+cu132", id="too new"),
        pytest.param(RANGE, Torch("2.3.1", cuda=None), "2.3.1", id="too old"),
        pytest.param(RANGE, None, "missing", id="missing"),
        pytest.param(CUDA, None, "missing", id="any version of a build, missing"),
        pytest.param(CUDA, Torch("2.8.0+cpu", cuda=None, hip=None, xpu=None), "cpu build", id="the wrong build"),
    ],
)
def test_says_what_is_there_and_how_to_install(contract: Contract, torch: Torch | None, words: str) -> None:
    [found] = findings("PRJ003", contract=contract, torch=torch, python=PIP)

    assert words in found.what
    assert "envdoctor.toml needs" in found.what


def test_the_command_names_the_range() -> None:
    [found] = findings("PRJ003", contract=RANGE, torch=None, python=PIP)

    assert found.fix.commands == ('python -m pip install "torch>=2.4,<2.9"',)
    assert found.fix.risk is Risk.CHANGES_ENVIRONMENT


@pytest.mark.parametrize(
    ("contract", "torch"),
    [
        pytest.param(RANGE, Torch("2.8.0+cu128", cuda="12.8"), id="a variant does not count"),
        pytest.param(RANGE, Torch("2.4.0", cuda=None), id="the lower end"),
        pytest.param(RANGE, Torch("2.8.0a0+git1234", cuda=None), id="a nightly inside"),
        pytest.param(CUDA, Torch("2.15.0", cuda="13.2"), id="the build"),
        pytest.param(Contract(torch=""), Torch("1.0", cuda=None), id="any version"),
        pytest.param(Contract(), None, id="the project does not say"),
        pytest.param(Contract(), Unknown("it hangs"), id="nobody asks, nobody must know"),
        pytest.param(None, None, id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, torch: Torch | None | Unknown) -> None:
    assert not findings("PRJ003", contract=contract, torch=torch, python=PIP)


@pytest.mark.parametrize(
    ("contract", "torch"),
    [
        pytest.param(RANGE, Unknown("it hangs"), id="no answer"),
        pytest.param(RANGE, Torch(Unknown("unreadable")), id="no version"),
        pytest.param(RANGE, Torch("main"), id="an odd version"),
        pytest.param(CUDA, Torch("2.8.0", cuda=Unknown("unreadable")), id="no build"),
    ],
)
def test_could_not_tell_is_no_violation(contract: Contract, torch: Torch | Unknown) -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ003", contract=contract, torch=torch, python=PIP)
