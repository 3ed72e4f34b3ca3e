import pytest

from envdoctor.facts import CannotTellError, Contract, Unknown
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", variables=("HF_TOKEN",), forbidden_variables=("LD_PRELOAD",))
NOT_ASKED = Unknown("not asked")


def test_says_each_and_how_to_mend_it() -> None:
    missing, forbidden = findings(
        "PRJ012", contract=NEEDS, variables={"HF_TOKEN": False, "LD_PRELOAD": True}, environment={"LD_PRELOAD": "/x.so"}
    )

    assert missing.what == "HF_TOKEN is not set; envdoctor.toml needs it to be."
    assert missing.fix.commands == ("export HF_TOKEN=...",)
    assert forbidden.what == "LD_PRELOAD is set; envdoctor.toml needs it not to be."
    assert forbidden.fix.commands == ("unset LD_PRELOAD",)
    assert "/x.so" not in str(forbidden)


def test_a_saved_report_shows_those_on_its_list() -> None:
    contract = Contract(variables=("OMP_NUM_THREADS",))

    assert findings("PRJ012", contract=contract, variables=NOT_ASKED, environment={})


@pytest.mark.parametrize(
    ("contract", "variables", "environment"),
    [
        pytest.param(NEEDS, {"HF_TOKEN": True, "LD_PRELOAD": False}, {}, id="as needed"),
        pytest.param(
            Contract(variables=("OMP_NUM_THREADS",)), NOT_ASKED, {"OMP_NUM_THREADS": "4"}, id="a report shows it"
        ),
        pytest.param(Contract(forbidden_variables=("LD_PRELOAD",)), NOT_ASKED, {}, id="a report would show it"),
        pytest.param(Contract(), NOT_ASKED, NOT_ASKED, id="the project does not say"),
        pytest.param(None, {}, {}, id="no contract"),
    ],
)
def test_stays_silent(
    contract: Contract | None, variables: dict[str, bool] | Unknown, environment: dict[str, str] | Unknown
) -> None:
    assert not findings("PRJ012", contract=contract, variables=variables, environment=environment)


@pytest.mark.parametrize("environment", [NOT_ASKED, {}])
def test_what_a_report_never_shows_could_not_be_told(environment: dict[str, str] | Unknown) -> None:
    with pytest.raises(CannotTellError, match="HF_TOKEN"):
        findings("PRJ012", contract=Contract(variables=("HF_TOKEN",)), variables=NOT_ASKED, environment=environment)
