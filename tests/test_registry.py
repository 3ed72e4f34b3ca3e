import types
from collections.abc import Iterator

import pytest

from envdoctor.facts import CannotTellError, Driver, Snapshot, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.judge import judge
from envdoctor.registry import checks_of, load_checks
from envdoctor.testing import findings


@check("XXX001", Severity.WARNING, cause="noise")
def example(driver: Driver | None) -> Iterator[Finding]:
    """An example speaks.

    Whenever there is a driver.
    """
    if driver is not None:
        yield Finding(what=f"driver {driver.version}", why="it is there", fix=Fix("Nothing."))


def test_our_own_checks_come_through_the_entry_point() -> None:
    checks = load_checks()

    assert "DRV002" in checks
    assert list(checks) == sorted(checks)


def test_a_declaration_completes_its_findings() -> None:
    [found] = findings(example, driver=Driver("1"))

    assert (found.code, found.name, found.severity, found.cause) == ("XXX001", "example", Severity.WARNING, "noise")
    assert found.verify == "envdoctor check --select XXX001"
    assert example.summary == "An example speaks."


def test_a_test_that_forgets_a_fact_fails() -> None:
    with pytest.raises(KeyError, match="driver"):
        findings(example)


def test_a_single_module_is_a_package_of_checks_too() -> None:
    module = types.ModuleType("plugin")
    vars(module).update(example=example, other=3)

    assert list(checks_of(module)) == [example]


def test_unknown_facts_skip_a_check_with_the_reason() -> None:
    judged = judge(Snapshot(driver=Unknown("nvidia-smi did not answer in 10 s")), {"XXX001": example})

    assert not judged.findings
    assert [(n.code, n.reason) for n in judged.not_checked] == [
        ("XXX001", "driver is unknown: nvidia-smi did not answer in 10 s")
    ]


def test_a_check_that_raises_takes_nothing_along() -> None:
    @check("XXX002", Severity.ERROR, cause="noise")
    def broken(driver: Driver | None) -> Iterator[Finding]:
        """Raises."""
        yield from ()
        raise ZeroDivisionError(str(driver))

    judged = judge(Snapshot(driver=Driver("1")), {"XXX001": example, "XXX002": broken})

    assert [f.code for f in judged.findings] == ["XXX001"]
    assert "ZeroDivisionError" in judged.not_checked[0].reason


def test_a_check_may_find_in_the_middle_that_it_cannot_tell() -> None:
    @check("XXX003", Severity.ERROR, cause="noise")
    def shy(driver: Driver | None) -> Iterator[Finding]:
        """Cannot tell."""
        yield from ()
        raise CannotTellError(f"{driver}")

    assert [n.code for n in judge(Snapshot(driver=None), {"XXX003": shy}).not_checked] == ["XXX003"]
