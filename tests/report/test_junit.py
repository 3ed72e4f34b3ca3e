from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from envdoctor.report.junit import render
from tests.report import samples


def cases(report: Any) -> dict[str, ET.Element]:
    suite = ET.fromstring(render(report, {}))  # noqa: S314  # our own output
    return {case.attrib["name"].partition(" ")[0]: case for case in suite}


def test_one_case_for_each_check() -> None:
    made = cases(samples.broken())

    assert set(made) == {"DRV001", "DRV002", "LIB009", "SYS001", "TKT003", "TOR001"}
    failure = made["DRV002"].find("failure")
    assert failure is not None
    assert failure.attrib["type"] == "error"
    assert "535.183.01" in failure.attrib["message"]
    assert "pip install torch==2.10.0" in (failure.text or "")
    assert [part.tag for part in made["TKT003"]] == ["failure"]
    assert [part.tag for part in made["LIB009"]] == ["system-out"]
    assert [part.tag for part in made["TOR001"]] == []
    skipped = made["SYS001"].find("skipped")
    assert skipped is not None
    assert "gcc did not answer" in skipped.attrib["message"]


def test_counts() -> None:
    suite = ET.fromstring(render(samples.broken()))  # noqa: S314  # our own output

    assert {name: suite.attrib[name] for name in ("tests", "failures", "skipped", "errors")} == {
        "tests": "6",
        "failures": "2",
        "skipped": "1",
        "errors": "0",
    }


def test_a_check_that_was_not_asked_has_not_passed() -> None:
    assert set(cases(msgspec.structs.replace(samples.clean_cpu(), checked=("LIB009",)))) == {"LIB009"}


def test_two_findings_of_a_check_are_one_case() -> None:
    again = msgspec.structs.replace(samples.TOO_OLD, what="Another GPU.")
    made = cases(msgspec.structs.replace(samples.broken(), findings=(samples.TOO_OLD, again)))

    assert len(made["DRV002"].findall("failure")) == 1
    assert "Another GPU." in (made["DRV002"].findtext("failure") or "")


def test_checks_that_passed_are_named() -> None:
    assert 'name="DRV002 driver_too_old"' in render(samples.healthy_gpu())


@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_stays_xml_whatever_it_holds(bad: str) -> None:
    made = cases(samples.hostile(bad))

    assert set(made) == {"DRV001", "DRV002", "LIB009", "SYS001", "TKT003", "TOR001"}
    assert {part.tag for case in made.values() for part in case.iter()} == {
        "testcase",
        "failure",
        "skipped",
        "system-out",
    }
