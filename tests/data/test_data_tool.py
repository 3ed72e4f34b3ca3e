"""The tables are what the tool makes of the facts."""

import subprocess
import sys

import pytest

from tests.data.facts_folder import TOP, folder


@pytest.mark.slow
def test_the_decisions_about_packages_are_in_the_table() -> None:
    argv = [sys.executable, "-m", "tools.build_packages", "--offline", "--check"]
    done = subprocess.run(argv, cwd=TOP, check=False, capture_output=True, text=True)

    assert done.stdout == "nothing changed\n", done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.slow
def test_the_tables_are_up_to_date() -> None:
    argv = [sys.executable, "-m", "tools.build_data", str(folder()), "--check"]
    done = subprocess.run(argv, cwd=TOP, check=False, capture_output=True, text=True)

    assert done.stdout == "nothing changed\n", done.stdout + done.stderr
    assert done.returncode == 0
