"""`--lang`, before and behind the command, and what it leaves alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from envdoctor.cli.main import main
from envdoctor.report.language import CHINESE, speaking
from tests.pseudo import pseudo, widened

TOP = Path(__file__).parent.parent.parent
SAVED = str(TOP / "reports" / "broken.json")
SAY = pseudo()


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "100", **environment})


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Chinese be the language of wide letters: what it says does not depend on the translators."""
    monkeypatch.setattr("envdoctor.report.speech.sayer", lambda _locale: SAY)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        pytest.param(["--lang", "zh-CN", "check", "--from", SAVED], {}, id="before the command"),
        pytest.param(["check", "--from", SAVED, "--lang", "zh-CN"], {}, id="behind it"),
        pytest.param(["check", "--from", SAVED], {"ENVDOCTOR_LANG": "zh-CN"}, id="by our variable"),
        pytest.param(["check", "--from", SAVED], {"ENVDOCTOR_LANG": "", "LC_ALL": "zh_CN.UTF-8"}, id="by the locale"),
        pytest.param(["--lang", "en", "check", "--from", SAVED, "--lang", "zh-CN"], {}, id="the nearer one counts"),
    ],
)
def test_a_saved_report_is_told_in_chinese(arguments: list[str], environment: dict[str, str]) -> None:
    result = run(*arguments, **environment)

    assert result.exit_code == 1
    assert widened("Why") in result.stdout


@pytest.mark.parametrize("arguments", [["--lang", "en"], []])
def test_english_is_told_to_others(arguments: list[str]) -> None:
    result = run("check", "--from", SAVED, *arguments)

    assert "Why" in result.stdout
    assert widened("Why") not in result.stdout


@pytest.mark.parametrize("format_", ["json", "junit", "github"])
def test_what_machines_read_stays_english(format_: str) -> None:
    def told(*wish: str) -> str:
        return run("check", "--from", SAVED, "--format", format_, *wish).stdout

    english, chinese = told(), told("--lang", "zh-CN")

    if format_ == "json":
        assert json.loads(english)["findings"] == json.loads(chinese)["findings"]
    assert not any(ord(letter) > 0xFF00 for letter in chinese)


@pytest.mark.parametrize("format_", ["markdown", "html"])
def test_what_people_read_is_told(format_: str) -> None:
    assert widened("How to mend it") in run("check", "--from", SAVED, "--format", format_, "--lang", "zh-CN").stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param(["explain", "DRV002"], "The driver belongs to an older", id="explain"),
        pytest.param(["explain"], "the graphics card", id="the list"),
        pytest.param(["pins", "--gpu", "A100", "--driver", "535.183.01"], "Install", id="pins"),
        pytest.param(["diff", SAVED, str(TOP / "reports" / "sound.json")], "can matter to results", id="diff"),
        pytest.param(["check", "--help"], "Examine this interpreter", id="help"),
        pytest.param(["--help"], "Say what is wrong with", id="the help of all"),
    ],
)
def test_every_command_speaks(arguments: list[str], text: str) -> None:
    assert widened(text) in " ".join(run("--lang", "zh-CN", *arguments).stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["check", "--lang", "zh-CN", "--help"], id="before it"),
        pytest.param(["check", "--help", "--lang", "zh-CN"], id="behind it"),
        pytest.param(["check", "--lang=zh-CN", "-h"], id="in one word"),
        pytest.param(["--lang", "en", "check", "--lang", "zh-CN", "--help"], id="the nearer one counts"),
    ],
)
def test_help_speaks_what_the_command_is_told(arguments: list[str]) -> None:
    assert widened("Examine this interpreter") in run(*arguments).stdout


def test_help_is_english_where_the_command_says_so() -> None:
    said = run("--lang", "zh-CN", "check", "--lang", "en", "--help").stdout

    assert "Examine this interpreter" in said
    assert not any(ord(letter) > 0xFF00 for letter in said)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        pytest.param("bench", "training to watch", id="--seconds"),
        pytest.param("setup", "Write the lock here", id="--lock"),
        pytest.param("report", "without an ending", id="--name"),
    ],
)
def test_help_with_a_default_of_its_own_is_translated(command: str, text: str) -> None:
    assert widened(text) in " ".join(run(command, "--lang", "zh-CN", "--help").stdout.split())


@pytest.mark.parametrize("command", ["check", "bench", "diff", "lock", "pins", "setup", "report", "schema"])
def test_examples_of_help_stand_where_they_do_in_english(command: str) -> None:
    def examples(*wish: str) -> list[str]:
        lines = run(command, *wish, "--help").stdout.splitlines()
        return [line for line in lines if f"    envdoctor {command}" in line]

    assert examples() != []
    assert examples("--lang", "zh-CN") == examples()


def test_no_line_of_help_is_but_spaces() -> None:
    said = run("report", "--lang", "zh-CN", "--help").stdout

    assert not [line for line in said.splitlines() if line and not line.strip()]


def test_a_command_is_not_changed_by_its_translation() -> None:
    run("check", "--help", "--lang", "zh-CN")

    assert "Examine this interpreter" in run("check", "--help").stdout


def test_no_other_language_is_taken() -> None:
    result = run("check", "--lang", "de")

    assert result.exit_code == 2
    assert "'de' is not one of" in result.output


def test_the_wish_of_one_call_is_none_of_the_next() -> None:
    run("--lang", "zh-CN", "explain")

    assert "the graphics card" in run("explain").stdout


def test_the_runner_speaks_what_was_spoken_before() -> None:
    with speaking(CHINESE, SAY):
        assert widened("the graphics card") in run("--lang", "zh-CN", "explain").stdout


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_output_without_chinese_gets_english(encoding: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "envdoctor", "check", "--from", SAVED, "--lang", "zh-CN"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, check=False, capture_output=True, env=environment, cwd=tmp_path)

    assert b"Why" in done.stdout
    assert done.stderr == b""


@pytest.mark.slow
def test_one_line_is_said_of_wrong_usage(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "envdoctor", "check", "--from", "nowhere.json", "--lang", "zh-CN"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, check=False, capture_output=True, env=environment, cwd=tmp_path, encoding="utf-8")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "nowhere.json" in done.stderr


@pytest.mark.parametrize("command", [[], ["diff"]])
def test_the_help_says_the_words_of_click_too(command: list[str]) -> None:
    told = run("--lang", "zh-CN", *command, "--help").stdout

    assert told.startswith(f"{widened('Usage:')} main")
    assert f"{widened('Options')}:" in told
    assert widened("Show this message and exit.") in told
    assert not any(word in told for word in ("Usage", "Options:", "Show this", "default:"))
