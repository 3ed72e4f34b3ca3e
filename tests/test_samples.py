"""The samples in reports/ are read and rendered by today's code."""

from pathlib import Path

import pytest

from envdoctor.examine import Options, judge_snapshot
from envdoctor.report import NAMES, json, render
from envdoctor.report.model import Report

REPORTS = Path(__file__).parent.parent / "reports"


def saved(name: str) -> Report:
    return json.load((REPORTS / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "primary"), [("broken.json", "LIB001"), ("sound.json", None), ("sample.json", "LIB001")]
)
def test_today_s_checks_come_to_the_same_judgement(name: str, primary: str | None) -> None:
    report = saved(name)

    assert report.primary == primary
    assert judge_snapshot(report.facts, Options()).primary == primary


@pytest.mark.parametrize("format_", NAMES)
def test_every_format_has_its_sample_and_renders_it(format_: str) -> None:
    assert "LIB001" in render(saved("sample.json"), format_)


@pytest.mark.parametrize("ending", ["txt", "json", "md", "html", "junit.xml", "github.txt"])
def test_a_sample_of_each_format_is_there(ending: str) -> None:
    assert "torchvision" in (REPORTS / f"sample.{ending}").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["csv", "txt", "md", "html"])
def test_a_saved_benchmark_is_there_in_each_format(ending: str) -> None:
    names = [path.stem for path in REPORTS.glob("bench-*.json")]
    if not names:
        pytest.skip("no benchmark is saved in reports/")
    for name in names:
        assert "ladder.textbook" in (REPORTS / f"{name}.{ending}").read_text(encoding="utf-8")


def test_the_measurement_in_the_sample_passed() -> None:
    [measured] = saved("sample.json").measurements

    assert measured["verdict"] == "PASS"
    assert not measured["data"]["synthetic"]
