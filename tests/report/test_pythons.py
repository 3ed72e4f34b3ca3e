"""The list of the Pythons of a machine, in text, Markdown and JSON."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import NOT_ASKED, Failure, Interpreter, Unknown
from envdoctor.report import json, markdown, text
from envdoctor.report.model import Report
from envdoctor.report.pythons import interpreters
from tests.machines_snapshots import PYTHONS, gpu_machine

OTHERS = (
    *PYTHONS,
    Interpreter("/ml/bin/python", ("Jupyter kernel ml",), "3.11.9", "conda", "/ml", "2.8.0+cu126", "cuda"),
    Interpreter("/gone/bin/python", ("editor settings",), Unknown("gone"), None, "/gone", Unknown("gone")),
)


def report(**facts: Any) -> Report:
    return judge_snapshot(replace(gpu_machine(), **({"pythons": OTHERS} | facts)), Options())


def test_only_the_examined_torch_is_said_to_work() -> None:
    lines = interpreters(report())

    assert [(line.torch, line.status) for line in lines] == [
        ("torch 2.15.0+cu132 (imported, works)", "ok"),
        ("no torch in its site-packages", "absent"),
        ("torch 2.8.0+cu126 (not tried)", "note"),
        ("torch unknown: gone", "unknown"),
    ]
    assert lines[0].found_by.startswith("examined, ")
    assert lines[3].python == "Python of unknown version"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"torch": None, "torch_run": None}, "no torch"),
        ({"torch_run": Unknown("not imported, as asked")}, "torch 2.15.0+cu132 (not tried)"),
        (
            {"torch_run": replace(gpu_machine().torch_run, failure=Failure("signal", "import torch", "SIGSEGV"))},  # type: ignore[type-var]
            "torch 2.15.0+cu132 (fails)",
        ),
        ({"torch": Unknown("it did not start")}, "torch 2.15.0+cu132 (not tried)"),
    ],
)
def test_what_is_said_of_the_examined_one(facts: dict[str, Any], said: str) -> None:
    assert interpreters(report(**facts))[0].torch == said


def test_text_lists_them_if_asked() -> None:
    shown = text.render(report(), pythons=True, width=100)

    assert "Pythons on this machine" in shown
    assert "/ml/bin/python" in shown
    assert "Python 3.11.9 (conda), torch 2.8.0+cu126 (not tried), Jupyter kernel ml" in shown
    assert "/ml/bin/python" not in text.render(report())


def test_text_has_no_heading_without_a_list() -> None:
    assert "Pythons on" not in text.render(report(pythons=NOT_ASKED), pythons=True)
    assert "Pythons on" not in text.render(report(pythons=()), pythons=True)


def test_markdown_has_a_folded_table() -> None:
    shown = markdown.render(report())

    assert "Pythons on this machine (4)" in shown
    assert "| `/ml/bin/python` | Python 3.11.9 (conda) | torch 2.8.0+cu126 (not tried) | Jupyter kernel ml |" in shown
    assert "Pythons on this machine" not in markdown.render(report(pythons=NOT_ASKED))


def test_json_keeps_them() -> None:
    assert json.load(json.render(report())).facts.pythons == OTHERS


def test_nobody_asked_and_nothing_is_said_of_the_check() -> None:
    made = report(pythons=NOT_ASKED)

    assert "PYT004" not in made.checked
    assert "PYT004" not in {left.code for left in made.not_checked}
    assert "PYT004" in report().checked


def test_asked_for_by_code_it_says_why_not() -> None:
    options = Options(select=frozenset({"PYT004"}))
    made = judge_snapshot(replace(gpu_machine(), pythons=NOT_ASKED), options)

    assert [left.code for left in made.not_checked] == ["PYT004"]
