"""The whole command on machines that would kill it: a report always comes, and it names the cause."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="POSIX shell scripts and signals")]

Report = dict[str, object]


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing in it, in a folder whose name has a space."""
    folder = tmp_path_factory.mktemp("an environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder


def site_packages(environment: Path) -> Path:
    [folder] = environment.glob("lib/python*/site-packages")
    return folder


def check(environment: Path, *options: str, timeout: float = 6, **variables: str) -> tuple[Report, float]:
    """Run `envdoctor check --json` on an environment; the command must keep its time limit by itself."""
    started = time.monotonic()
    done = subprocess.run(
        [
            sys.executable, "-m", "envdoctor", "check", "--json", "--timeout", f"{timeout:g}",
            "--python", environment / "bin" / "python", *options,
        ],
        check=False, capture_output=True, text=True, timeout=timeout + 20, env=os.environ | variables,
        cwd=environment,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    report: Report = json.loads(done.stdout)
    assert report["exit_code"] == done.returncode
    return report, time.monotonic() - started


def cause(report: Report) -> object:
    findings = report["findings"]
    assert isinstance(findings, list)
    return findings[0]["cause"] if report["primary"] else None


def test_a_clean_environment_lacks_torch(empty_environment: Path) -> None:
    report, _ = check(empty_environment)

    assert report["primary"] == "TOR001"
    assert report["verdict"] == "broken"


@pytest.mark.parametrize(
    ("source", "word"),
    [
        pytest.param("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV", id="crashes"),
        pytest.param("import time; time.sleep(3600)", "hangs", id="sleeps for ever"),
        pytest.param("import os; os._exit(0)", "without a word", id="ends the process"),
        pytest.param("raise ImportError('libfoo.so: cannot open shared object file')", "libfoo.so", id="raises"),
        pytest.param("import sys; sys.exit('no licence')", "no licence", id="calls sys.exit"),
        pytest.param("import os; os.abort()", "SIGABRT", id="aborts"),
        pytest.param("def f(): f()\nf()", "RecursionError", id="recurses"),
        pytest.param("x = (", "SyntaxError", id="is no Python"),
        pytest.param("while True: print('x' * 1000000)", "hangs", id="floods and never ends"),
    ],
)
def test_a_torch_that_cannot_be_imported(tmp_path: Path, source: str, word: str) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    package = site_packages(environment) / "torch"
    package.mkdir()
    (package / "__init__.py").write_text(source)
    (package / "version.py").write_text("__version__ = '2.9.0+cpu'\ncuda = None\n")

    report, seconds = check(environment, timeout=4)

    assert report["primary"] == "TOR002"
    assert cause(report) == "torch-broken"
    assert word in str(report["headline"])
    assert seconds < 4 + 5  # the limit, and the start of two Pythons on a busy machine


@pytest.mark.parametrize("trap", ["", "trap '' TERM\n"], ids=["sleeps", "ignores SIGTERM"])
def test_an_nvidia_smi_that_never_answers(empty_environment: Path, tmp_path: Path, trap: str) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{trap}sleep 300\nsleep 300\n")
    program.chmod(0o755)

    report, seconds = check(empty_environment, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    assert cause(report) == "driver-wedged"
    assert any(finding["code"] == "TOR001" for finding in report["findings"])  # type: ignore[attr-defined]
    assert seconds < 6 + 5


def test_five_things_hang_at_once_in_the_time_of_one(tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    package = site_packages(environment) / "torch"
    package.mkdir()
    (package / "__init__.py").write_text("import time; time.sleep(3600)")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("nvidia-smi", "nvcc", "gcc", "g++", "clang"):
        (programs / name).write_text("#!/bin/sh\nsleep 300\n")
        (programs / name).chmod(0o755)

    report, seconds = check(environment, timeout=4, PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")

    assert {"driver-wedged", "torch-broken"} <= {f["cause"] for f in report["findings"]}  # type: ignore[attr-defined]
    assert seconds < 4 + 5


def test_a_python_whose_base_is_gone(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(tmp_path / "removed" / "python3.9")

    report, _ = check(tmp_path)

    assert cause(report) == "python-broken"
