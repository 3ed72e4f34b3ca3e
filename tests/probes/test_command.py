"""Real programs that misbehave in every way, each started through the one door."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from envdoctor.facts import Unknown
from envdoctor.probes import command
from envdoctor.probes.command import Output, end, ended, run, start
from envdoctor.probes.tail import CAP_BYTES

MARK = "ENVDOCTOR_TEST_FAMILY"
Script = Callable[[str], list[str]]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and process groups of POSIX")


@pytest.fixture
def python(tmp_path: Path) -> Script:
    """Write a Python program and return how to start it."""

    def write(text: str) -> list[str]:
        path = tmp_path / "program.py"
        path.write_text(f"import os, signal, sys, time\n{text}\n", encoding="utf-8")
        return [sys.executable, "-I", "-S", str(path)]

    return write


@pytest.fixture(autouse=True)
def no_survivors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Every process that a test starts carries its mark; none may be left."""
    monkeypatch.setenv(MARK, str(tmp_path))
    yield
    until = time.monotonic() + 2
    while (left := list(family(str(tmp_path)))) and time.monotonic() < until:
        time.sleep(0.01)

    assert not left


def family(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark:
                yield process
        except psutil.Error:  # noqa: PERF203  # gone while we look
            continue


def test_says_what_the_program_said(python: Script) -> None:
    answer = run(python("print('out'); print('err', file=sys.stderr); sys.exit(7)"))

    assert isinstance(answer, Output)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (7, "out\n", "err\n")
    assert 0 < answer.seconds < 5


def test_there_is_no_input(python: Script) -> None:
    answer = run(python("print(repr(sys.stdin.read()))"))

    assert isinstance(answer, Output)
    assert answer.stdout == "''\n"


def test_hands_over_the_environment(python: Script) -> None:
    answer = run(python("print(sorted(os.environ))"), environment={MARK: os.environ[MARK], "LC_CTYPE": "C.UTF-8"})

    assert isinstance(answer, Output)
    assert answer.stdout == f"{sorted([MARK, 'LC_CTYPE'])}\n"


@pytest.mark.parametrize("argv", [["no-such-program-anywhere"], ["/no/such/folder/program"], [""]])
def test_no_such_program(argv: list[str]) -> None:
    assert run(argv) is None


def test_no_such_program_behind_a_closed_folder_on_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert run(["no-such-program-anywhere"], environment={"PATH": f"{tmp_path}/file:{tmp_path}/none"}) is None


def executable(path: Path, text: str = "") -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def dangling(folder: Path) -> Path:
    (folder / "link").symlink_to(folder / "gone" / "python3.9")
    return folder / "link"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda folder: folder, "it is a folder", id="a folder"),
        pytest.param(lambda folder: executable(folder / "empty"), "no program for this machine", id="an empty file"),
        pytest.param(lambda folder: executable(folder / "x", "#!/gone/python\n"), "first line names", id="shebang"),
        pytest.param(dangling, "gone/python3.9, which does not exist", id="a dangling link"),
        pytest.param(lambda folder: f"{folder}/nul\0byte", "null byte", id="a name that cannot be"),
        pytest.param(lambda folder: str(folder / ("x" * 300)), "too long", id="a name that is too long"),
    ],
)
def test_what_does_not_start_is_not_absent(make: Callable[[Path], object], reason: str, tmp_path: Path) -> None:
    answer = run([str(make(tmp_path))])

    assert isinstance(answer, Unknown)
    assert reason in answer.reason
    assert "\n" not in answer.reason


def test_a_file_that_is_not_executable_is_there(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("#!/bin/sh\n", encoding="utf-8")
    answer = run([str(tmp_path / "plain")])

    assert isinstance(answer, Unknown)
    assert "ermission denied" in answer.reason


def test_a_program_that_never_ends(python: Script) -> None:
    started = time.monotonic()
    answer = run(python("time.sleep(60)"), seconds=0.3)

    assert answer == Unknown(f"{sys.executable} did not answer in 0.3 s")
    assert time.monotonic() - started < 5


def test_a_program_that_ignores_sigterm(python: Script) -> None:
    started = time.monotonic()
    program = "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    answer = run(python(program), seconds=0.5)

    assert isinstance(answer, Unknown)
    assert time.monotonic() - started < 5


def test_a_program_that_has_stopped_itself(python: Script) -> None:
    assert isinstance(run(python("os.kill(os.getpid(), signal.SIGSTOP)"), seconds=0.3), Unknown)


def test_a_grandchild_that_holds_the_pipes_open(python: Script) -> None:
    started = time.monotonic()
    program = "print('said', flush=True)\nif os.fork() == 0:\n    time.sleep(60)\nos._exit(3)"
    answer = run(python(program), seconds=50)

    assert isinstance(answer, Output)
    assert (answer.exit_code, answer.stdout) == (3, "said\n")
    assert time.monotonic() - started < 30


def test_a_grandchild_that_ignores_sigterm_while_its_parent_hangs(python: Script) -> None:
    program = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.fork()\ntime.sleep(60)"

    assert isinstance(run(python(program), seconds=0.4), Unknown)


def test_a_grandchild_that_left_the_family_does_not_hold_us_up(python: Script) -> None:
    program = "if (pid := os.fork()):\n    print(pid, flush=True)\n    os._exit(0)\nos.setsid()\ntime.sleep(60)"
    answer = run(python(program), seconds=50)

    assert isinstance(answer, Output)
    assert answer.seconds < 30
    os.kill(int(answer.stdout), signal.SIGKILL)


@pytest.mark.parametrize("descriptor", [1, 2])
def test_a_flood_stays_bounded(python: Script, descriptor: int) -> None:
    before = psutil.Process().memory_info().rss
    program = (
        f"block = b'x' * 1000000\nfor _ in range(110): os.write({descriptor}, block)\nos.write({descriptor}, b'end')"
    )
    answer = run(python(program), seconds=20)

    assert isinstance(answer, Output)
    kept = (answer.stdout, answer.stderr)[descriptor - 1]
    assert len(kept) == CAP_BYTES
    assert kept.endswith("xend")
    assert psutil.Process().memory_info().rss - before < 30_000_000


def test_an_endless_flood_ends(python: Script) -> None:
    answer = run(python("while True: os.write(1, b'y' * 65536)"), seconds=0.3)

    assert isinstance(answer, Unknown)


def test_rubbish_is_decoded_leniently(python: Script) -> None:
    answer = run(python(r"os.write(1, bytes(range(256))); os.write(2, b'\xff\xfe\x00')"))

    assert isinstance(answer, Output)
    assert len(answer.stdout) >= 128
    assert answer.stderr == "��\0"


def test_who_closes_stdout_early_is_waited_for(python: Script) -> None:
    answer = run(python("os.close(1); time.sleep(0.2); os.write(2, b'late'); os._exit(5)"))

    assert isinstance(answer, Output)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (5, "", "late")


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT"])
def test_death_by_signal(python: Script, name: str) -> None:
    answer = run(python(f"os.kill(os.getpid(), signal.{name})"))

    assert isinstance(answer, Output)
    assert answer.exit_code == -getattr(signal, name)


def test_many_at_once(python: Script) -> None:
    argv = python("print(sys.argv[1])")
    answers: dict[int, command.Answer] = {}
    threads = [threading.Thread(target=lambda i=i: answers.update({i: run([*argv, str(i)])})) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    said = {i: answer.stdout for i, answer in answers.items() if isinstance(answer, Output)}
    assert said == {i: f"{i}\n" for i in range(12)}


def test_no_descriptor_is_left_open(python: Script) -> None:
    run(python("print(1)"))
    before = psutil.Process().num_fds()
    for program in ("print(1)", "time.sleep(60)"):
        run(python(program), seconds=0.2)
        run(["no-such-program-anywhere"])
    until = time.monotonic() + 1
    while psutil.Process().num_fds() > before and time.monotonic() < until:
        time.sleep(0.01)

    assert psutil.Process().num_fds() <= before


def test_one_that_ends_by_itself_is_noticed_at_once(python: Script) -> None:
    process = start(python("time.sleep(0.05)"))
    assert isinstance(process, subprocess.Popen)

    assert ended(process, 5)

    end(process)
    for pipe in (process.stdout, process.stderr):
        assert pipe
        pipe.close()
    assert process.returncode == 0


LEAVE = """
import sys, threading, time
from envdoctor.probes import command

argv = [sys.executable, "-I", "-S", "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]
threads = [threading.Thread(target=command.run, args=(argv,), kwargs={"seconds": 50}, daemon=True) for _ in range(3)]
for thread in threads:
    thread.start()
time.sleep(0.4)
command.end_all()
print(command.run(argv).reason)
import os
sys.stdout.flush()
os._exit(0)
"""


def test_who_leaves_takes_all_along_and_starts_no_more() -> None:
    done = subprocess.run([sys.executable, "-c", LEAVE], capture_output=True, text=True, timeout=20, check=True)

    assert "envdoctor is leaving" in done.stdout


def test_without_any_more_threads_nothing_is_left_running() -> None:
    # RLIMIT_NPROC does not bind root, so the limit is an address space that has no room for a stack.
    program = f"""
import resource, sys, threading
from envdoctor.probes import command
threading.stack_size(1 << 29)
resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
print(command.run([{sys.executable!r}, "-I", "-S", "-c", "import time; time.sleep(60)"], seconds=0.3).reason)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False)

    assert "cannot be listened to" in done.stdout
    assert done.returncode == 0
