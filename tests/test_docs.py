"""What is written is produced by the code, or compared with it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from envdoctor.cli.main import COMMANDS, main
from envdoctor.report import FORMATS

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")


def test_generated_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, TOP / "tools" / "update_docs.py", "--check"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["newcomer", "develop"])
def test_a_readme_command_is_one_line(name: str) -> None:
    done = subprocess.run(
        [sys.executable, TOP / "tools" / "readme_command.py", name], check=True, capture_output=True, text=True
    )

    assert done.stdout.startswith("python3 -m venv ")
    assert done.stdout.count("\n") == 1


def test_an_unknown_readme_command_is_an_error() -> None:
    done = subprocess.run(
        [sys.executable, TOP / "tools" / "readme_command.py", "nonsense"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert "nonsense" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_knows_every_command(command: str) -> None:
    assert f"`envdoctor {command}" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_with_examples(command: str) -> None:
    shown = CliRunner().invoke(main, [command, "--help"]).output

    assert "Examples:" in shown
    assert f"envdoctor {command}" in shown


def test_the_readme_knows_every_option_of_check() -> None:
    shown = CliRunner().invoke(main, ["check", "--help"]).output
    options = set(re.findall(r"^\s+(?:-\w, )?(--[\w-]+)", shown, re.MULTILINE)) - {"--help"}

    assert {option for option in options if option not in README and option != "--output"} == set()


def test_the_readme_knows_every_format() -> None:
    listed = re.search(r"--format ([\w\\|]+)", README)

    assert listed is not None
    assert listed[1].split("\\|") == list(FORMATS)
