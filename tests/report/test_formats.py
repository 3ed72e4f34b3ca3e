import ast
import subprocess
import sys
from collections.abc import Callable

import pytest

from envdoctor.report import ENDINGS, FORMATS, NAMES, render
from envdoctor.report.model import Report
from tests.report import samples


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sample", samples.ALL.values(), ids=samples.ALL)
def test_every_format_renders_every_machine(name: str, sample: Callable[[], Report]) -> None:
    text = FORMATS[name](sample())

    assert text.endswith("\n")
    assert text == render(sample(), name)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "text"])
@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_what_a_format_returns_can_be_written(name: str, bad: str) -> None:
    text = render(samples.hostile(bad), name)

    assert text.encode("utf-8").decode("utf-8") == text
    assert name == "json" or len(text) < 3_000_000


def test_every_format_has_an_ending() -> None:
    assert set(ENDINGS) == set(FORMATS) == set(NAMES)


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(KeyError, match="yaml"):
        render(samples.broken(), "yaml")


def test_the_list_of_formats_costs_nothing() -> None:
    program = (
        "import sys, envdoctor.report, envdoctor.report.model\n"
        "print([m for m in ('rich', 'jinja2', 'matplotlib', 'xml', 'envdoctor.report.html') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ast.literal_eval(done.stdout) == []
