from __future__ import annotations

import re
import subprocess
import sys
from html import unescape

import pytest

import envdoctor
from envdoctor.api import codes
from envdoctor.registry import load_checks
from envdoctor.report.model import Report
from tests.report import samples


def test_importing_envdoctor_costs_nothing() -> None:
    program = (
        "import sys; before = set(sys.modules); import envdoctor; "
        "print(sorted(name for name in set(sys.modules) - before if name != 'envdoctor' and name != '__future__'))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_looks_at_the_python_that_runs_this() -> None:
    report = envdoctor.check(select=["PYT", "DRV002"], import_torch=False)

    assert isinstance(report, Report)
    assert report.facts.python.executable == sys.executable  # type: ignore[union-attr]
    assert report.verdict in ("healthy", "attention", "broken")
    assert {one.code[:3] for one in report.findings} <= {"PYT", "DRV"}
    assert set(report.checked) <= {code for code in load_checks() if code.startswith("PYT") or code == "DRV002"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"python": "no-such-python"}, "python: .*no-such-python"),
        ({"select": ["XYZ"]}, "no check is called 'XYZ'"),
        ({"ignore": [""]}, "no check is called ''"),
        ({"timeout": 0}, "timeout: 0"),
        ({"timeout": float("nan")}, "timeout: nan"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        envdoctor.check(**arguments)  # type: ignore[arg-type]


def test_codes_groups_and_names() -> None:
    assert codes(["DRV002"]) == codes("DRV002") == codes(["driver_too_old"]) == {"DRV002"}
    assert codes(["drv"]) == {code for code in load_checks() if code.startswith("DRV")}
    assert codes([]) == frozenset()


def test_a_notebook_shows_a_page_in_a_frame_without_private_data() -> None:
    shown = samples.broken()._repr_html_()
    found = re.fullmatch(
        r'<iframe title="envdoctor" sandbox="allow-scripts" srcdoc="([^"]*)" style="[^"]*"></iframe>', shown
    )

    assert found is not None
    page = unescape(found[1])
    assert page.startswith("<!DOCTYPE html>")
    assert "DRV002" in page
    assert "/home/ann" not in page


@pytest.mark.parametrize("bad", samples.HOSTILE[:5], ids=lambda bad: repr(bad[:14]))
def test_nothing_leaves_the_frame(bad: str) -> None:
    shown = samples.hostile(bad)._repr_html_()

    assert shown.count("<") == 2
    assert shown.count(">") == 2
    assert shown.count('"') == 8
