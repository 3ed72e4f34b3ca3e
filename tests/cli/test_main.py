"""envdoctor as people start it: real processes, real signals, real pipes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from envdoctor import __version__

MARK = "ENVDOCTOR_TEST_FAMILY"
HEAVY = ("torch", "torchvision", "pandas", "matplotlib", "numpy")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and shells of POSIX")


class Doctor:
    """Starts envdoctor in an empty folder; a Python that hangs can be the patient."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.work.mkdir()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL", "CONDA"))}
        self.environment[MARK] = str(folder)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        settings: dict[str, Any] = {
            "cwd": self.work,
            "env": self.environment,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            "encoding": "utf-8",
        }
        return subprocess.Popen([sys.executable, "-m", "envdoctor", *arguments], **(settings | options))

    def run(self, *arguments: str, **options: Any) -> tuple[int, str, str]:
        with self.start(*arguments, **options) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def patient(self, code: str) -> str:
        """Write a program that takes the place of a Python."""
        path = self.folder / "python"
        path.write_text(f"#!{sys.executable}\nimport os, signal, sys, time\n{code}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def family(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                alive = process.status() != psutil.STATUS_ZOMBIE
                if alive and process.environ().get(MARK) == str(self.folder):
                    yield process

    def wait_for(self, name: str) -> None:
        until = time.monotonic() + 20
        while not (self.folder / name).exists():
            assert time.monotonic() < until
            time.sleep(0.01)


@pytest.fixture
def doctor(tmp_path: Path) -> Iterator[Doctor]:
    made = Doctor(tmp_path)
    yield made
    until = time.monotonic() + 2
    while (left := list(made.family())) and time.monotonic() < until:
        time.sleep(0.01)
    for process in left:
        process.kill()

    assert not left


def test_version(doctor: Doctor) -> None:
    assert doctor.run("--version") == (0, f"envdoctor {__version__}\n", "")


def imported(importtime: str) -> set[str]:
    return {line.rpartition("|")[2].strip() for line in importtime.splitlines() if line.startswith("import time:")}


def test_version_imports_nothing_heavy(doctor: Doctor) -> None:
    doctor.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    modules = imported(doctor.run("--version")[2])

    assert "click" in modules
    assert modules.isdisjoint((*HEAVY, "rich", "jinja2", "msgspec", "psutil", "packaging", "envdoctor.cli.check"))


def test_check_never_imports_what_it_examines(doctor: Doctor) -> None:
    program = (
        "import atexit, sys\n"
        "from envdoctor.cli.main import main\n"
        f"atexit.register(lambda: print('MODULES', sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr))\n"
        "main(['check', '--json', '--static', '--python', sys.executable])\n"
    )
    settings: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 60}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=doctor.work, env=doctor.environment, check=False, **settings
    )

    assert "MODULES []" in done.stderr
    assert json.loads(done.stdout)["schema"] == "envdoctor/report/1"


@pytest.mark.parametrize("command", [(), ("check",), ("explain",), ("bench",), ("report",)])
def test_help_shows_examples(doctor: Doctor, command: tuple[str, ...]) -> None:
    doctor.environment["PYTHONIOENCODING"] = "ascii"
    code, out, err = doctor.run(*command, "--help")

    assert (code, err) == (0, "")
    # Each example stands on a line of its own.
    assert sum(line.startswith(f"    envdoctor {' '.join(command)}".rstrip()) for line in out.splitlines()) >= 2
    assert "\\b" not in out


def test_the_name_alone_shows_the_help(doctor: Doctor) -> None:
    code, out, err = doctor.run()

    assert code == 2
    assert "envdoctor check" in out + err
    assert "\n  check " in out + err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("chek",), "envdoctor: No such command 'chek'"),
        (("check", "--nope"), "envdoctor check: No such option '--nope'"),
        (("check", "extra"), "envdoctor check: Got unexpected extra argument (extra); see envdoctor check --help"),
        (("check", "--python", "/none"), "envdoctor check: Invalid value for '--python': '/none' does not exist; give"),
        (("explain", "X"), "envdoctor explain: Invalid value for 'CODE': no check is called 'X'"),
    ],
)
def test_wrong_usage_is_one_line(doctor: Doctor, arguments: tuple[str, ...], line: str) -> None:
    code, out, err = doctor.run(*arguments)

    assert (code, out) == (2, "")
    assert err.startswith(line)
    assert err.count("\n") == 1


def static(doctor: Doctor, *arguments: str, **options: Any) -> tuple[int, str, str]:
    return doctor.run("check", "--static", "--python", sys.executable, *arguments, **options)


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"PYTHONWARNINGS": "error"}, id="warnings are errors"),
        pytest.param({"PYTHONDEVMODE": "1"}, id="development mode"),
        pytest.param({"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, id="ASCII"),
        pytest.param({"PYTHONIOENCODING": "latin-1:strict"}, id="Latin-1"),
        pytest.param({"HOME": "/none", "TMPDIR": "/none", "XDG_CACHE_HOME": "/proc"}, id="no HOME"),
        pytest.param({"PATH": ""}, id="an empty PATH"),
        pytest.param({"PATH": os.pathsep.join(f"/none/{i}" for i in range(3000))}, id="a PATH of thousands"),
        pytest.param({"LD_PRELOAD": "/none/libnone.so"}, id="a preload that is missing"),
        pytest.param({"TERM": "dumb", "COLUMNS": "-3", "LINES": "x"}, id="no terminal"),
        pytest.param({"PYTHONSAFEPATH": "1", "PYTHONNOUSERSITE": "1"}, id="safe path"),
        pytest.param({"PYTHONOPTIMIZE": "1"}, id="no assertions"),
        pytest.param({"VIRTUAL_ENV": "/none", "CONDA_PREFIX": "relative"}, id="leftovers of environments"),
    ],
)
def test_it_starts_and_reports_whatever_surrounds_it(doctor: Doctor, environment: dict[str, str]) -> None:
    doctor.environment |= environment
    code, out, err = static(doctor)
    noise = [line for line in err.splitlines() if "ld.so" not in line]

    assert code in (0, 1), err
    assert out.startswith(f"envdoctor {__version__}")
    assert noise == []
    if environment.get("PYTHONIOENCODING") == "ascii":
        assert out.isascii()
        assert "?" not in out.partition("\n\n")[2].partition("Worth knowing")[0].replace("? ", "")


@pytest.mark.parametrize(
    "name", ["json", "click", "random", "enum", "contextlib", "signal", "rich", "msgspec", "torch"]
)
@pytest.mark.parametrize("place", ["work", "on PYTHONPATH"])
def test_files_beside_the_user_are_not_ours(doctor: Doctor, name: str, place: str) -> None:
    folder = doctor.folder / place
    folder.mkdir(exist_ok=True)
    # What Python itself loads before us is out of our hands; these it does not.
    (folder / f"{name}.py").write_text("raise SystemExit('mine')", encoding="utf-8")
    if place != "work":
        doctor.environment["PYTHONPATH"] = str(folder)
    code, out, err = doctor.run("explain", "DRV002")
    if "runpy" in err or "site.py" in err or "Fatal Python error" in err:
        pytest.skip("this Python needs the module to start")

    assert (code, err) == (0, "")
    assert out.startswith("DRV002 ")


def test_the_working_directory_is_gone(doctor: Doctor) -> None:
    gone = doctor.folder / "gone"
    gone.mkdir()
    command = (
        f'cd "$1" && rmdir "$1" && exec "{sys.executable}" -m envdoctor check --static --python "{sys.executable}"'
    )
    settings: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 60}
    done = subprocess.run(["sh", "-c", command, "sh", str(gone)], check=False, env=doctor.environment, **settings)

    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.startswith("envdoctor ")


def shell(doctor: Doctor, command: str) -> subprocess.CompletedProcess[str]:
    start = f'"{sys.executable}" -m envdoctor check --static --python "{sys.executable}"'
    settings: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 60}
    argv = ["bash", "-c", command.replace("ENVDOCTOR", start)]
    return subprocess.run(argv, check=False, cwd=doctor.work, env=doctor.environment, **settings)


def test_a_reader_that_has_seen_enough(doctor: Doctor) -> None:
    done = shell(doctor, "ENVDOCTOR --fail-on never --json | head -c 10; code=${PIPESTATUS[0]}; echo; echo $code")

    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_streams(doctor: Doctor, closed: str) -> None:
    done = shell(doctor, f"ENVDOCTOR -o report.txt {closed}")

    assert done.returncode in (0, 1), done.stderr
    assert (doctor.work / "report.txt").read_text(encoding="utf-8").startswith("envdoctor ")


def test_a_full_disk(doctor: Doctor) -> None:
    done = shell(doctor, "ENVDOCTOR > /dev/full")

    assert done.returncode == 3
    assert done.stderr == "envdoctor: the standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize("limit", ["ulimit -n 40", "ulimit -v 1000000", "ulimit -s 512", "trap '' CHLD", "umask 777"])
def test_small_limits(doctor: Doctor, limit: str) -> None:
    done = shell(doctor, f"{limit}; ENVDOCTOR --json")

    assert done.returncode in (0, 1), done.stderr
    python = json.loads(done.stdout)["facts"]["python"]
    # With little address space a thread or a child may be refused: then that is said, and nothing is made up.
    assert python.get("unknown") or python["version"] == sys.version.split()[0]


def test_a_home_that_cannot_be_written(doctor: Doctor) -> None:
    home = doctor.folder / "home"
    home.mkdir(mode=0o555)
    doctor.environment |= {"HOME": str(home), "TMPDIR": str(home)}

    assert static(doctor)[0] in (0, 1)
    assert list(home.iterdir()) == []


HANGS = "open(os.path.join(os.path.dirname(sys.argv[0]), 'started'), 'w').close()\ntime.sleep(60)"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=lambda v: str(int(v))
)
@pytest.mark.parametrize("deaf", [False, True])
def test_interrupted_while_the_patient_hangs(doctor: Doctor, number: signal.Signals, code: int, deaf: bool) -> None:
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if deaf else ""
    python = doctor.patient(ignore + HANGS)
    with doctor.start("check", "--python", python, start_new_session=True) as process:
        doctor.wait_for("started")
        started = time.monotonic()
        os.killpg(process.pid, number)
        _, err = process.communicate(timeout=20)

    assert process.returncode == code
    assert err.strip() == ""
    assert time.monotonic() - started < 5


def test_nohup_is_respected(doctor: Doctor) -> None:
    python = doctor.patient(HANGS)
    argv = [
        "sh",
        "-c",
        f'trap "" HUP; exec "{sys.executable}" -m envdoctor check --timeout 2 --python "$1"',
        "sh",
        python,
    ]
    settings: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(argv, cwd=doctor.work, env=doctor.environment, **settings) as process:
        doctor.wait_for("started")
        process.send_signal(signal.SIGHUP)

    assert process.returncode in (0, 1)


def test_the_time_limit_holds_and_nobody_is_left(doctor: Doctor) -> None:
    python = doctor.patient("signal.signal(signal.SIGTERM, signal.SIG_IGN)\nif os.fork() == 0: os.fork()\n" + HANGS)
    started = time.monotonic()
    code, out, _ = doctor.run("check", "--timeout", "3", "--json", "--select", "PYT", "--python", python)

    assert code == 1
    assert json.loads(out)["primary"] == "PYT001"
    assert time.monotonic() - started < 6


def test_a_program_that_is_no_python(doctor: Doctor) -> None:
    code, out, _ = doctor.run("check", "--json", "--select", "PYT", "--python", "/bin/true")

    assert code == 1
    assert json.loads(out)["primary"] == "PYT001"


def test_its_own_fault_is_one_line_and_code_3(doctor: Doctor) -> None:
    (doctor.work / "sitecustomize.py").write_text("import sys; sys.modules['click'] = None", encoding="utf-8")
    doctor.environment["PYTHONPATH"] = str(doctor.work)
    code, out, err = doctor.run("check")

    assert (code, out) == (3, "")
    assert err.startswith("envdoctor itself failed: ")
    assert err.count("\n") == 1
    doctor.environment["ENVDOCTOR_TRACEBACK"] = "1"
    assert "Traceback" in doctor.run("check")[2]
