import pytest
from click.testing import CliRunner, Result

from envdoctor.cli.main import main
from envdoctor.groups import GROUPS
from envdoctor.registry import load_checks

CODES = sorted(load_checks())


def explain(*arguments: str, columns: int = 80) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments], env={"COLUMNS": str(columns)})


def test_the_list_has_every_check_below_its_group() -> None:
    lines = explain(columns=110).output.splitlines()

    for code in CODES:
        [place] = [i for i, line in enumerate(lines) if line.startswith(f"  {code}  ")]
        heading = next(line for line in reversed(lines[:place]) if line and not line.startswith(" "))
        assert heading == f"{code[:3]}  {GROUPS[code[:3]]}"


def test_the_list_is_in_the_order_of_the_stack() -> None:
    headings = [line[:3] for line in explain().output.splitlines() if line and not line.startswith(" ")]

    assert headings == [group for group in GROUPS if group in headings]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("columns", [40, 110])
def test_a_page_says_everything_and_fits(code: str, columns: int) -> None:
    check = load_checks()[code]
    result = explain(code, columns=columns)

    assert result.exit_code == 0
    assert result.output.split("\n", 1)[0].startswith(f"{code} {check.name}")
    words = result.output.split()
    assert [word for word in check.doc.split() if word not in words] == []
    assert [line for line in result.output.splitlines() if len(line) > columns and " " in line.strip()] == []


def test_the_list_fits() -> None:
    assert max(map(len, explain(columns=40).output.splitlines())) <= 40


@pytest.mark.parametrize("name", ["DRV002", "drv002", "driver_too_old"])
def test_by_code_or_name(name: str) -> None:
    assert explain(name).output.startswith("DRV002 driver_too_old: error")


@pytest.mark.parametrize("name", ["DRV999", "DRV", "", "../etc", "\u202e"])
def test_no_such_check(name: str) -> None:
    result = explain(name)

    assert result.exit_code == 2
    assert "`envdoctor explain` lists them all" in result.output
