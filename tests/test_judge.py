from collections.abc import Iterator
from typing import Any

import pytest

from envdoctor.facts import CannotTellError, Driver, Snapshot, Unknown, known
from envdoctor.findings import Check, Finding, Fix, Severity, check
from envdoctor.judge import judge, order


def finding(code: str, severity: Severity = Severity.ERROR, **more: Any) -> Finding:
    return Finding(what=f"{code} is wrong", why="so", fix=Fix("Mend it."), code=code, severity=severity, **more)


def declared(code: str, *because_of: str, says: Finding | Exception | None = None) -> Check:
    """A check that reads the driver, and says or raises the same of every machine."""

    def named(driver: Driver | None) -> Iterator[Finding]:
        if isinstance(says, Exception):
            raise says
        if says is not None and driver is not None:
            yield says

    return check(code, Severity.ERROR, cause="noise", because_of=because_of)(named)


def checks(*made: Check) -> dict[str, Check]:
    return {one.code: one for one in made}


def ordered(found: list[Finding], *made: Check) -> list[tuple[str, str | None]]:
    plain = checks(*(declared(one.code) for one in found))
    return [(one.code, one.because_of) for one in order(found, plain | checks(*made))]


SEEN = Snapshot(driver=Driver("580.65.06"))


def test_the_lower_in_the_stack_comes_first() -> None:
    found = [finding(code) for code in ("BEN001", "TOR001", "TKT001", "DRV002", "DRV001", "PYT001", "GPU001", "VIR001")]

    assert [code for code, _ in ordered(found)] == [
        "PYT001", "VIR001", "GPU001", "DRV001", "DRV002", "TOR001", "TKT001", "BEN001",
    ]  # fmt: skip


def test_worse_comes_before_lower() -> None:
    found = [finding("PYT001", Severity.NOTE), finding("VIR001", Severity.WARNING), finding("TKT001")]

    assert [code for code, _ in ordered(found)] == ["TKT001", "VIR001", "PYT001"]


def test_the_proved_comes_before_the_likely() -> None:
    found = [finding("DRV001", confidence="likely"), finding("TOR001")]

    assert [code for code, _ in ordered(found)] == ["TOR001", "DRV001"]


def test_a_foreign_group_comes_last_of_its_kind() -> None:
    found = [finding("XYZ001"), finding("BEN001"), finding("DRV001", Severity.WARNING)]

    assert [code for code, _ in ordered(found)] == ["BEN001", "XYZ001", "DRV001"]


def test_what_is_explained_stands_behind_what_explains() -> None:
    found = [finding("DRV002"), finding("ENV001")]

    assert ordered(found, declared("DRV002", "ENV001")) == [("ENV001", None), ("DRV002", "ENV001")]


def test_the_strongest_explanation_is_named() -> None:
    found = [finding("TOR001"), finding("DRV001"), finding("ENV001")]
    torch = declared("TOR001", "VIR001", "ENV001", "DRV001")

    assert ordered(found, torch) == [("DRV001", None), ("ENV001", None), ("TOR001", "ENV001")]


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.NOTE])
def test_the_milder_explains_no_error(severity: Severity) -> None:
    found = [finding("TOR001"), finding("DRV001", severity)]

    assert ordered(found, declared("TOR001", "DRV001")) == [("TOR001", None), ("DRV001", None)]


def test_the_worse_explains_the_milder() -> None:
    found = [finding("TKT002", Severity.WARNING), finding("DRV001")]

    assert ordered(found, declared("TKT002", "DRV001")) == [("DRV001", None), ("TKT002", "DRV001")]


def test_the_worst_of_several_findings_of_a_code_counts() -> None:
    found = [finding("TOR001"), finding("GPU003", Severity.NOTE), finding("GPU003", Severity.ERROR)]

    assert ordered(found, declared("TOR001", "GPU003"))[1] == ("TOR001", "GPU003")


def test_within_a_severity_the_explained_stands_last() -> None:
    found = [finding("PYT002"), finding("TKT001"), finding("DRV001")]

    assert ordered(found, declared("PYT002", "TKT001")) == [("DRV001", None), ("TKT001", None), ("PYT002", "TKT001")]


def test_the_first_unexplained_error_is_the_primary() -> None:
    judgement = judge(
        SEEN,
        checks(
            declared("TOR006", "DRV001", says=finding("TOR006")),
            declared("DRV001", says=finding("DRV001")),
            declared("SYS001", says=finding("SYS001", Severity.WARNING)),
        ),
    )

    assert judgement.primary == "DRV001"
    assert [found.code for found in judgement.findings] == ["DRV001", "TOR006", "SYS001"]


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.NOTE])
def test_without_an_error_nothing_is_primary(severity: Severity) -> None:
    assert judge(SEEN, checks(declared("DRV001", says=finding("DRV001", severity)))).primary is None


def test_silence_is_health() -> None:
    judgement = judge(SEEN, checks(declared("DRV001"), declared("DRV002")))

    assert judgement.findings == ()
    assert judgement.not_checked == ()
    assert judgement.primary is None


def test_an_unknown_fact_skips_the_check() -> None:
    judgement = judge(Snapshot(driver=Unknown("no answer")), checks(declared("DRV001", says=finding("DRV001"))))

    assert [(left.code, left.reason) for left in judgement.not_checked] == [("DRV001", "driver is unknown: no answer")]
    assert judgement.findings == ()


def test_an_unknown_part_of_a_fact_leaves_the_check() -> None:
    def named(driver: Driver) -> Iterator[Finding]:
        yield finding(f"DRV{known(driver.cuda, 'driver.cuda')}")

    judgement = judge(SEEN, checks(check("DRV001", Severity.ERROR, cause="noise")(named)))

    assert judgement.not_checked[0].reason == "driver.cuda is unknown: not asked"


def test_a_check_that_copes_with_unknown_is_asked() -> None:
    def named(driver: Driver | None | Unknown) -> Iterator[Finding]:
        assert isinstance(driver, Unknown)
        yield finding("DRV005")

    judgement = judge(Snapshot(), checks(check("DRV005", Severity.ERROR, cause="noise")(named)))

    assert judgement.primary == "DRV005"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError("by zero"), "the check itself failed: ZeroDivisionError: by zero"),
        (CannotTellError("the bus is dark"), "the bus is dark"),
    ],
)
def test_a_check_that_fails_takes_no_other_along(error: Exception, reason: str) -> None:
    judgement = judge(SEEN, checks(declared("AAA001", says=error), declared("DRV001", says=finding("DRV001"))))

    assert judgement.primary == "DRV001"
    assert [(left.code, left.reason) for left in judgement.not_checked] == [("AAA001", reason)]


def test_a_finding_that_was_begun_counts_even_if_the_check_fails_later() -> None:
    def named(driver: Driver) -> Iterator[Finding]:
        yield finding("DRV001")
        raise CannotTellError(str(driver.version))

    judgement = judge(SEEN, checks(check("DRV001", Severity.ERROR, cause="noise")(named)))

    assert [left.code for left in judgement.not_checked] == ["DRV001"]
