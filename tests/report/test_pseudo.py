"""Nothing that people read passes the translator by, and wide characters break no layout.

Every machine is printed in a language whose letters are twice as wide. What stays in ASCII letters was not
translated: it must be a value of the machine, a command, or the name of a check.
"""

import html as entities
import json
import re
from collections.abc import Iterator

import pytest
import rich.cells

from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Snapshot
from envdoctor.report import html, markdown, text
from envdoctor.report.json import plain
from envdoctor.report.json import render as as_json
from envdoctor.report.language import CHINESE, speaking
from envdoctor.report.model import Report
from tests.machines_broken import BROKEN
from tests.machines_broken_python import BROKEN_PYTHON
from tests.pseudo import pseudo, widened

SAY = pseudo()
MACHINES = [pytest.param(one, id=code) for code, one in {**BROKEN, **BROKEN_PYTHON}.items()]
PHRASE = re.compile(r"(?<![\w./=$'-])[a-z]{2,}(?: [a-z]{2,})+(?![\w/=-])")
"""Two lower-case words and more: what the catalogue should have had."""


def values(report: Report) -> str:
    """Return all that may stay as it is."""
    found = plain(json.loads(as_json(report)))
    commands = [line for one in report.findings for line in (*one.fix.commands, one.verify)]
    names = [f"{one.name} {one.name.replace('_', ' ')}" for one in report.findings]
    return " ".join([*strings(found["facts"]), *commands, *names, "import torch", "pip config"])


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    else:
        yield str(value)


def untranslated(shown: str, report: Report) -> set[str]:
    known = values(report)
    without_code = re.sub(r"`[^`\n]*`|\"[^\"]{0,100}\"", " ", shown)  # what is quoted is said by others
    return {run for run in PHRASE.findall(without_code) if run not in known}


@pytest.mark.parametrize("machine", MACHINES)
def test_all_of_the_text_is_translated(machine: Snapshot) -> None:
    report = judge_snapshot(machine, Options())
    with speaking(CHINESE, SAY):
        shown = text.render(report, width=200, verbose=True, pythons=True)

    assert widened("Driver") in shown
    assert untranslated(shown, report) == set()


@pytest.mark.parametrize("machine", MACHINES)
def test_all_of_the_markdown_is_translated(machine: Snapshot) -> None:
    report = judge_snapshot(machine, Options())
    with speaking(CHINESE, SAY):
        shown = markdown.render(report)
    visible = re.sub(r"```.*?```", "", shown, flags=re.DOTALL)

    assert widened("The machine") in visible
    assert untranslated(visible, report) == set()


@pytest.mark.parametrize("code", ["DRV002", "LIB001", "PYT002", "TOR001"])
def test_all_of_the_page_is_translated(code: str) -> None:
    report = judge_snapshot({**BROKEN, **BROKEN_PYTHON}[code], Options())
    with speaking(CHINESE, SAY):
        shown = html.render(report)
    chinese = shown.partition('<div class="part" lang="en"')[0]
    body = re.sub(r"<(script|style|pre|code)\b.*?</\1>", " ", chinese, flags=re.DOTALL)
    labels = re.findall(r'(?:aria-label|data-[a-z]+)="([^"]*)"', body)
    visible = entities.unescape(re.sub(r"<[^>]*>", "\n", body) + "\n".join(labels))

    assert f'<html lang="{CHINESE}">' in shown
    assert widened("What is wrong") in visible
    assert untranslated(visible, report) == set()


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("machine", MACHINES)
def test_no_line_of_wide_characters_passes_the_width(machine: Snapshot, width: int) -> None:
    report = judge_snapshot(machine, Options())
    pasted = [line for one in report.findings for line in (*one.fix.commands, one.verify)]
    with speaking(CHINESE, SAY):
        shown = text.render(report, width=width, verbose=True, pythons=True)
    too_wide = [line for line in shown.splitlines() if rich.cells.cell_len(line) > width]

    # A command is there to be pasted, and never wrapped.
    assert [line for line in too_wide if not any(one in line for one in pasted)] == []


def test_a_text_that_is_not_in_the_catalogue_is_noticed() -> None:
    report = judge_snapshot(BROKEN["DRV002"], Options())
    shown = text.render(report, width=200)

    assert untranslated(shown, report)
