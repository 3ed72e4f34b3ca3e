import pytest

from envdoctor.facts import CannotTellError, Contract, Python, Unknown
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", python=">=3.10,<3.13")


def test_names_both() -> None:
    [found] = findings("PRJ002", contract=NEEDS, python=Python("/env/bin/python", version="3.13.0"))

    assert "3.13.0" in found.what
    assert ">=3.10,<3.13" in found.what


@pytest.mark.parametrize(
    ("contract", "python"),
    [
        pytest.param(NEEDS, Python("p", version="3.10.0"), id="the lower end"),
        pytest.param(NEEDS, Python("p", version="3.12.9"), id="inside"),
        pytest.param(NEEDS, None, id="no Python is another check's"),
        pytest.param(Contract(), Python("p", version="2.7.18"), id="the project does not say"),
        pytest.param(Contract(), Unknown("not asked"), id="nobody asks, nobody must know"),
        pytest.param(None, Python("p", version="2.7.18"), id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, python: Python | None | Unknown) -> None:
    assert not findings("PRJ002", contract=contract, python=python)


@pytest.mark.parametrize(
    "python",
    [
        pytest.param(Unknown("it hangs"), id="no answer"),
        pytest.param(Python("p", version=Unknown("it died")), id="no version"),
        pytest.param(Python("p", version="three"), id="an odd version"),
    ],
)
def test_could_not_tell_is_no_violation(python: Python | Unknown) -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ002", contract=NEEDS, python=python)
