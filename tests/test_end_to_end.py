"""The whole command on machines that would kill it: a report always comes, and it names the cause."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
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


COMMAND = Path(sys.executable).with_name("envdoctor")
"""As it is installed: `python -m` itself imports what lies in the working directory, before any line of ours."""


def check(
    environment: Path, *, variables: Mapping[str, str] | None = None, timeout: float = 6, installed: bool = False
) -> tuple[Report, float]:
    """Run `envdoctor check --json` on an environment; the command must keep its time limit by itself."""
    if installed and not COMMAND.exists():
        pytest.skip("envdoctor is not installed as a command")
    begin = [COMMAND] if installed else [sys.executable, "-m", "envdoctor"]
    started = time.monotonic()
    done = subprocess.run(
        [
            *begin, "check", "--json", "--timeout", f"{timeout:g}",
            "--python", environment / "bin" / "python",
        ],
        check=False, capture_output=True, text=True, timeout=timeout + 20, env=os.environ | dict(variables or {}),
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

    report, seconds = check(empty_environment, variables={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"})

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

    report, seconds = check(environment, timeout=4, variables={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"})

    assert {"driver-wedged", "torch-broken"} <= {f["cause"] for f in report["findings"]}  # type: ignore[attr-defined]
    assert seconds < 4 + 5


def test_a_python_whose_base_is_gone(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(tmp_path / "removed" / "python3.9")

    report, _ = check(tmp_path)

    assert cause(report) == "python-broken"


# --- what lies around PyTorch, or was done to it -------------------------------------------------

SOUND = (
    "from . import version\n__version__ = version.__version__\nimport random, logging\nrandom.Random\nlogging.getLogger"
)
VERSION = "__version__ = '2.9.0+cpu'\ncuda = None\n"
LOST = "raise ImportError('Failed to load PyTorch C extensions: PyTorch has loaded the `torch/_C` folder')"
SHADOWED = "multiple-installs-or-shadowing"
AROUND: list[tuple[str, dict[str, str], dict[str, str], str]] = [
    # what is odd, files in site-packages, files in the working directory, cause
    ("a file that hides a module raises", {}, {"random.py": "raise ImportError('mine')"}, SHADOWED),
    ("a file that hides a module lacks a name", {}, {"logging.py": "x = 1"}, SHADOWED),
    ("a file that hides a module hangs", {}, {"random.py": "while True: pass"}, SHADOWED),
    ("a file that hides a module leaves", {}, {"random.py": "import os; os._exit(0)"}, SHADOWED),
    ("a package that hides a module", {}, {"logging/__init__.py": ""}, SHADOWED),
    ("a file called torch", {}, {"torch.py": "x = 1"}, SHADOWED),
    ("a folder called torch", {}, {"torch/__init__.py": ""}, SHADOWED),
    ("a start-up file that leaves", {"sitecustomize.py": "import os; os._exit(0)"}, {}, "python-broken"),
    ("a .pth file that leaves", {"x.pth": "import os; os._exit(3)\n"}, {}, "python-broken"),
    (
        "a start-up file that leads elsewhere",
        {"sitecustomize.py": "import sys; sys.path.insert(0, 'old')"},
        {"old/torch/__init__.py": ""},
        SHADOWED,
    ),
    (
        "the compiled part of another Python",
        {"torch/__init__.py": LOST, "torch/_C.cpython-36m-x86_64-linux-gnu.so": ""},
        {},
        "torch-broken",
    ),
    ("no compiled part", {"torch/__init__.py": LOST}, {}, "torch-broken"),
    ("an empty torch", {"torch/__init__.py": ""}, {}, "torch-broken"),
    (
        "no cuDNN",
        {"torch/__init__.py": "raise ImportError('libcudnn.so.9: cannot open shared object file')"},
        {},
        "cudnn-mismatch",
    ),
    ("a required package is missing", {"torch/__init__.py": "import sympy_that_is_missing"}, {}, "torch-broken"),
    (
        "an empty library",
        {"torch/__init__.py": "raise ImportError('/x/libtorch_cpu.so: file too short')"},
        {},
        "torch-broken",
    ),
]


@pytest.mark.parametrize(("inside", "beside", "word"), [pytest.param(*row[1:], id=row[0]) for row in AROUND])
def test_the_cause_of_a_torch_that_fails(
    inside: dict[str, str], beside: dict[str, str], word: str, tmp_path: Path
) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    files = {"torch/__init__.py": SOUND, "torch/version.py": VERSION, "torch-2.9.0.dist-info/METADATA": "Name: torch\n"}
    write(site_packages(environment), files | inside)
    write(environment, beside)

    report, _ = check(environment, installed=True)

    assert cause(report) == word, report["headline"]


HARMLESS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    # what is odd, files in site-packages, variables
    ("a chatty start-up file", {"sitecustomize.py": "print('hello' * 5000)"}, {}),
    ("a start-up file that raises", {"sitecustomize.py": "raise ValueError('x')"}, {}),
    ("a .pth file that raises", {"x.pth": "import no_such_module\n"}, {}),
    ("metadata that is no text", {"odd-1.dist-info/METADATA": "\udcff\udcfe"}, {}),
    ("an odd search path", {}, {"PYTHONPATH": "/none:/etc/passwd:/none.zip::"}),
    ("a preload of a missing library", {}, {"LD_PRELOAD": "/none/libx.so"}),
    ("an empty PATH", {}, {"PATH": ""}),
    ("a PATH of thousands", {}, {"PATH": ":".join(f"/none/{number}" for number in range(4000))}),
    ("no home", {}, {"HOME": ""}),
    ("the C locale", {}, {"LC_ALL": "C"}),
]


@pytest.mark.parametrize(("inside", "variables"), [pytest.param(*row[1:], id=row[0]) for row in HARMLESS])
def test_what_does_no_harm_is_not_accused(inside: dict[str, str], variables: dict[str, str], tmp_path: Path) -> None:
    environment = tmp_path / "it's a venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    site = site_packages(environment)
    write(site, inside)
    (site / "loop").symlink_to(site / "loop")

    report, _ = check(environment, variables=variables)

    assert report["primary"] == "TOR001"
    errors = [found["code"] for found in report["findings"] if found["severity"] == "error"]  # type: ignore[attr-defined]
    assert errors == ["TOR001"]


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", errors="surrogateescape")
