import re

import pytest

from envdoctor.report.github import render
from tests.report import samples


def test_a_line_for_each_finding_the_primary_first() -> None:
    lines = render(samples.broken()).splitlines()

    assert lines[0].startswith("::error title=DRV002 driver too old::PyTorch 2.15.0+cu132 is built")
    assert "%0A$ /home/ann/project/.venv/bin/python -m pip install torch==2.10.0" in lines[0]
    assert lines[1].startswith("::warning title=TKT003 ")
    assert lines[2].startswith("::notice title=LIB009 ")
    assert lines[3] == "::debug::Not checked: SYS001: compilers is unknown: gcc did not answer in 5 s"


def test_a_sound_machine_is_called_so() -> None:
    assert render(samples.healthy_gpu()).startswith("::notice title=envdoctor::PyTorch 2.15.0+cu132 computes on")


@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_a_text_begins_no_command(bad: str) -> None:
    lines = render(samples.hostile(bad)).split("\n")

    assert [line.partition(" ")[0] for line in lines[:3]] == ["::error", "::warning", "::notice"]
    assert lines[3].startswith("::debug::")
    assert lines[4:] == [""]
    assert not any(re.search(r"[\r\x1b\u2028]", line) for line in lines)
    assert all(len(line) < 10_000 for line in lines)


def test_marks_are_escaped_in_titles_and_messages() -> None:
    made = render(samples.hostile("100 %, a:b"))

    assert "100 %25, a:b" in made
