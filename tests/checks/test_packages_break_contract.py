import pytest

from envdoctor.facts import CannotTellError, Contract, Unknown
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", packages={"numpy": "<2", "flash-attn": ""})
PIP = Unknown("not asked")


def test_names_each_one() -> None:
    found = findings("PRJ004", contract=NEEDS, packages={"numpy": "2.4.6"}, python=PIP)

    assert [one.what for one in found] == [
        "numpy is 2.4.6; envdoctor.toml needs numpy<2.",
        "flash-attn is not installed; envdoctor.toml needs flash-attn.",
    ]
    assert found[0].fix.commands == ('python -m pip install "numpy<2"',)


@pytest.mark.parametrize(
    ("contract", "packages"),
    [
        pytest.param(NEEDS, {"numpy": "1.26.4", "flash-attn": "2.8.3"}, id="all there"),
        pytest.param(NEEDS, {"numpy": "1.26.4", "flash-attn": "2.8.3.dev0"}, id="any version, even one in work"),
        pytest.param(Contract(), {}, id="the project does not say"),
        pytest.param(Contract(), Unknown("it hangs"), id="nobody asks, nobody must know"),
        pytest.param(None, {}, id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, packages: dict[str, str] | Unknown) -> None:
    assert not findings("PRJ004", contract=contract, packages=packages, python=PIP)


@pytest.mark.parametrize("packages", [Unknown("it hangs"), {"numpy": "unknown", "flash-attn": "1"}])
def test_could_not_tell_is_no_violation(packages: dict[str, str] | Unknown) -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ004", contract=NEEDS, packages=packages, python=PIP)
