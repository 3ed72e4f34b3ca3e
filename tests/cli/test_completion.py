"""Shell completion is Click's; these see that our late commands and our start do not break it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.cli.main import COMMANDS

README = (Path(__file__).parent.parent.parent / "README.md").read_text("utf-8")


def completed(*words: str) -> list[str]:
    environment = {
        **os.environ,
        "_ENVDOCTOR_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("envdoctor", *words)),
        "COMP_CWORD": str(len(words)),
    }
    argv = [sys.executable, "-m", "envdoctor"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, env=environment)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands() -> None:
    assert set(completed("")) == set(COMMANDS)
    assert completed("chec") == ["check"]


def test_options_and_their_values() -> None:
    assert {"--fail-on", "--format", "--from"} <= set(completed("check", "--f"))
    assert completed("check", "--fail-on", "") == ["error", "warning", "never"]


def test_codes_of_checks() -> None:
    assert "DRV002" in completed("check", "--select", "DR")
    assert "TOR001,DRV002" in completed("check", "--select", "TOR001,DRV")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_that_the_readme_tells_to_load_is_one(shell: str) -> None:
    environment = {**os.environ, "_ENVDOCTOR_COMPLETE": f"{shell}_source"}
    argv = [sys.executable, "-m", "envdoctor"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, env=environment)

    assert "_ENVDOCTOR_COMPLETE" in done.stdout
    assert f"_ENVDOCTOR_COMPLETE={shell}_source envdoctor" in README
    program = shutil.which(shell)
    if program is not None:
        subprocess.run([program, "-n"], input=done.stdout, check=True, text=True)
