import re
import unicodedata

import msgspec
import pytest
import rich.cells
from hypothesis import given
from hypothesis import strategies as st

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


def also(*findings: Finding) -> Report:
    """A broken machine with these findings behind the primary one."""
    report = samples.broken()
    return msgspec.structs.replace(report, findings=(report.findings[0], *findings))


def lost(index: int, because_of: str | None = None) -> Finding:
    return Finding(
        what=f"GPU {index} does not answer.",
        why="Its link is down.",
        fix=Fix("Seat the card anew.", ("nvidia-smi -r",)),
        severity=Severity.WARNING,
        code="GPU001",
        because_of=because_of,
    )


def test_equal_faults_are_mended_once() -> None:
    shown = text.render(also(*(lost(index) for index in range(8))), width=80)

    assert all(f"! GPU {index} does not answer.  [GPU001]" in shown for index in range(8))
    assert shown.count("Its link is down.") == shown.count("nvidia-smi -r") == 1


def test_what_follows_from_the_cause_is_told_in_brief() -> None:
    report = also(lost(0, because_of="DRV002"))

    assert "Follows from DRV002; mend that first." in text.render(report, width=80)
    assert "Seat the card anew." not in text.render(report, width=80)
    assert "Seat the card anew." in text.render(report, width=80, verbose=True)


def test_verify_can_be_pasted_in_the_narrowest_window() -> None:
    report = samples.broken()
    command = "envdoctor check --select DRV002 --python '/home/ann/a rather long folder/.venv/bin/python'"
    primary = msgspec.structs.replace(report.findings[0], verify=command)
    report = msgspec.structs.replace(report, findings=(primary, *report.findings[1:]))

    for width in (30, 80):
        assert any(line.endswith(command) for line in text.render(report, width=width).splitlines())


@pytest.mark.parametrize("width", [30, 40, 80])
def test_a_dumb_terminal_has_its_width_too(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = text.render(samples.broken(), width=width)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "200")
    colored = text.render(samples.broken(), width=width, color=True)

    lines = [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", colored).splitlines()]
    assert lines == plain.splitlines()


def test_escape_sequences_go_as_a_whole() -> None:
    shown = text.render(samples.hostile("\x1b]0;title\x07\x1b[31mred\x1b[0m"), width=80, verbose=True)

    assert "red" in shown
    assert "[31m" not in shown
    assert "title" not in shown


def test_wide_characters_fit() -> None:
    wide = msgspec.structs.replace(lost(0), what="日本語の長い名前" * 20)
    lines = text.render(also(wide), width=40).splitlines()

    assert max(rich.cells.cell_len(line) for line in lines if "日" in line) <= 40


@given(st.text(max_size=200), st.integers(30, 110), st.booleans())
def test_any_words(said: str, width: int, unicode: bool) -> None:
    shown = text.render(samples.hostile(said), width=width, unicode=unicode, verbose=True)

    assert shown.endswith("\n")
    # No controls, no halves of characters, nothing that turns the direction of writing.
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n"]
    assert not [c for c in shown if unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI")]
