import pytest

from envdoctor.facts import CannotTellError, Contract, Driver, Unknown
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", driver=">=550")


@pytest.mark.parametrize(
    ("driver", "words"),
    [
        pytest.param(Driver("535.183.01"), "535.183.01", id="too old"),
        pytest.param(Driver(None), "no NVIDIA driver that runs", id="it does not run"),
        pytest.param(None, "no NVIDIA driver that runs", id="none"),
    ],
)
def test_says_what_is_there(driver: Driver | None, words: str) -> None:
    [found] = findings("PRJ006", contract=NEEDS, driver=driver)

    assert words in found.what
    assert ">=550" in found.what


@pytest.mark.parametrize(
    ("contract", "driver"),
    [
        pytest.param(NEEDS, Driver("550"), id="the floor itself"),
        pytest.param(NEEDS, Driver("580.65.06"), id="newer"),
        pytest.param(Contract(), None, id="the project does not say"),
        pytest.param(Contract(), Unknown("wedged"), id="nobody asks, nobody must know"),
        pytest.param(None, None, id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, driver: Driver | None | Unknown) -> None:
    assert not findings("PRJ006", contract=contract, driver=driver)


@pytest.mark.parametrize("driver", [Unknown("wedged"), Driver(Unknown("no answer")), Driver("rubbish")])
def test_could_not_tell_is_no_violation(driver: Driver | Unknown) -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ006", contract=NEEDS, driver=driver)
