import re

import msgspec
import pytest

from envdoctor.findings import Finding, Fix, Severity
from envdoctor.report import text
from envdoctor.report.model import Report
from tests.report import samples

ESCAPE = re.compile(r"\x1b\[")
HOSTILE = [
    "\x1b[2J\x1b[31mred",
    "a\u202eb",
    "two\nlines\rthree",
    "bell\x07",
    "[bold]markup[/bold]",
    "x" * 5000,
    ":smile:",
]


def order(report: Report, *words: str, **options: bool) -> bool:
    shown = text.render(report, width=100, **options)
    places = [shown.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def with_note(report: Report) -> Report:
    note = Finding(
        what="A thing to know.",
        why="It is so.",
        fix=Fix("Nothing to do."),
        severity=Severity.NOTE,
        code="LIB005",
        name="n",
    )
    return msgspec.structs.replace(report, findings=(*report.findings, note))


def test_the_machine_comes_first_then_the_primary_then_the_rest() -> None:
    report = samples.broken()

    assert report.primary is not None
    assert order(report, "System", "Broken", f"[{report.primary}]", "Why", "Proof", "Mend", "Verify", "Also")


def test_a_sound_machine_is_not_accused() -> None:
    shown = text.render(samples.clean_cpu(), width=100)

    assert "nothing is wrong" in shown
    assert "✗" not in shown
    assert "Mend" not in shown


def test_notes_are_folded_unless_asked_for() -> None:
    report = with_note(samples.clean_cpu())

    assert "Nothing to do." not in text.render(report, width=100)
    assert "Nothing to do." in text.render(report, width=100, verbose=True)


def test_what_was_not_checked_is_counted_and_told_when_asked() -> None:
    report = samples.broken()
    reason = report.not_checked[0].reason

    assert reason not in text.render(report, width=200)
    assert "could not tell" in text.render(report, width=200)
    assert reason in text.render(report, width=200, verbose=True)


@pytest.mark.parametrize("width", [30, 40, 60, 80, 110])
def test_commands_are_never_broken(width: int) -> None:
    report = samples.broken()
    commands = [command for finding in report.findings for command in finding.fix.commands]
    lines = [line.strip() for line in text.render(report, width=width, verbose=True).splitlines()]

    assert commands
    assert all(command in lines for command in commands)


@pytest.mark.parametrize("width", [40, 80])
def test_everything_else_fits(width: int) -> None:
    report = samples.broken()
    commands = {command for finding in report.findings for command in (*finding.fix.commands, finding.verify)}
    lines = text.render(report, width=width).splitlines()

    assert [line for line in lines if len(line) > width and not any(c in line for c in commands)] == []


def test_no_color_means_not_a_single_escape() -> None:
    assert not ESCAPE.search(text.render(samples.broken(), width=80))
    assert ESCAPE.search(text.render(samples.broken(), width=80, color=True))


def test_ascii_means_ascii() -> None:
    assert text.render(samples.broken(), width=80, unicode=False).isascii()


@pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
def test_a_machine_s_words_steer_no_terminal(said: str) -> None:
    shown = text.render(samples.hostile(said), width=80, verbose=True)

    assert not set(shown) & {"\x1b", "\x07", "\u202e", "\r"}
    assert "[bold]" in shown or "[bold]" not in said


def test_sixty_four_equal_gpus_are_one_line() -> None:
    [line] = [
        line for line in text.render(samples.huge(), width=110).splitlines() if " GPU " in line and "64 x" in line
    ]

    assert len(line) <= 110
