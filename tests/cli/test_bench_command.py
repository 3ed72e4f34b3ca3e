import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

COMMAND = [sys.executable, "-c", "from envdoctor.cli.bench import bench; bench(prog_name='bench')"]


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    )


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, encoding="utf-8", check=False, timeout=120)


def program(folder: Path, source: str) -> str:
    path = folder / "scripted-python"
    path.write_text(
        f"#!{sys.executable}\nimport json, os, sys, time\n"
        "channel, options = int(sys.argv[2]), json.loads(sys.argv[3])\n"
        f"def say(**facts):\n    os.write(channel, (json.dumps(facts) + '\\n').encode())\n{source}\n"
    )
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        pytest.param(["--data", "/no/such/folder"], "--data /no/such/folder: there is no such folder", id="no folder"),
        pytest.param(["--data", __file__], "this is a file", id="a file"),
        pytest.param(["--python", "/no/such/python"], "--python", id="no such interpreter"),
        pytest.param(["--preset", "huge"], "--preset", id="no such preset"),
        pytest.param(["--device", "tpu"], "--device", id="no such device"),
        pytest.param(["--timeout", "0"], "--timeout", id="no time at all"),
        pytest.param(["--seed", "-1"], "--seed", id="a negative seed"),
        pytest.param(["-o", "/"], "--output", id="a folder to write to"),
        pytest.param(["--preset", "quick", "--only", "laddr"], "--only", id="no such experiment"),
        pytest.param(["--epochs", "2"], "--epochs is for --preset quick and full", id="epochs of the smoke test"),
        pytest.param(["--resume"], "--resume is for --preset quick and full", id="resuming the smoke test"),
        pytest.param(["--format", "csv"], "--format csv is for --preset", id="CSV of the smoke test"),
        pytest.param(["--preset", "quick", "--data", "/no/such"], "there is no such folder", id="no folder, quick"),
        pytest.param(["/no/such/train.py"], "there is no such file", id="no such script"),
        pytest.param(["--script", "/no/such/train.py", "--", "--lr", "1"], "there is no such file", id="--script"),
        pytest.param([__file__, "--format", "csv"], "a script has no such choice", id="CSV of a script"),
        pytest.param(["--seconds", "3"], "--seconds is for a SCRIPT", id="seconds of the smoke test"),
        pytest.param(["--format", "html"], "--format html is for a SCRIPT", id="HTML of the smoke test"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(arguments: list[str], word: str) -> None:
    python = [] if "--python" in arguments else ["--python", sys.executable]
    done = bench(*python, *arguments)
    *_, last = done.stderr.strip().splitlines()

    assert done.returncode == 2
    assert last.startswith("Error: ")
    assert word in last
    assert not done.stdout


def test_a_dead_worker_is_exit_code_1_and_json_alone_on_stdout(tmp_path: Path) -> None:
    done = bench("--python", program(tmp_path, "say(stage='import torch'); os.abort()"), "--json")
    document = json.loads(done.stdout)

    assert done.returncode == document["exit_code"] == 1
    assert document["measurements"][0]["failure"]["detail"] == "SIGABRT"
    assert not done.stderr


def test_output_goes_to_a_file_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    python = program(tmp_path, "say(stage='import torch'); os._exit(1)")
    target = tmp_path / "out" / "smoke.json"
    done = bench("--python", python, "--json", "-o", str(target))

    assert done.returncode == 1
    assert not done.stdout
    assert json.loads(target.read_text())["verdict"] == "FAIL"
    assert [path.name for path in target.parent.iterdir()] == ["smoke.json"]


def test_a_refusal_writes_nothing_over(tmp_path: Path) -> None:
    target = tmp_path / "smoke.json"
    target.write_text("mine")
    done = bench("--python", sys.executable, "--data", "/no/such/folder", "-o", str(target))

    assert done.returncode == 2
    assert target.read_text() == "mine"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_keeps_what_is_finished_and_leaves_no_process(
    python_that_hangs_on_the_gpu: Callable[[], tuple[str, Path]], number: signal.Signals
) -> None:
    python, mark = python_that_hangs_on_the_gpu()
    process = start("--python", python, "--json")
    until = time.monotonic() + 60
    while not (mark.exists() and mark.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    document = json.loads(out)

    assert process.returncode == 130
    assert document["verdict"] == "INTERRUPTED"
    assert [m["device"] for m in document["measurements"]] == ["cpu"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


@pytest.fixture
def python_that_hangs_on_the_gpu(tmp_path: Path) -> Callable[[], tuple[str, Path]]:
    def make() -> tuple[str, Path]:
        mark = tmp_path / "pid"
        source = (
            "if options['device'] == 'cpu':\n"
            "    say(stage='look for GPUs', gpus=['A'], no_gpu=None)\n    say(stage='end', done=True)\n"
            "else:\n    say(stage='train on cuda:0')\n"
            f"    open({str(mark)!r}, 'w').write(str(os.getpid()))\n    time.sleep(600)"
        )
        return program(tmp_path, source), mark

    return make


STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
first, second = options["requests"]
say(stage="x", begun=[first["name"], "cpu"])
say(ended={"verdict": "DONE", "reason": "", "seconds": 1.0})
say(stage="y", begun=[second["name"], "cpu"])
open(MARK, "w").write(str(os.getpid()))
time.sleep(600)
"""


def gone(pid: int) -> bool:
    """Say whether a process has ended; whoever has to take its exit code may be late."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("pause", [0.0, 0.02, 0.1, 0.5])
def test_a_second_interruption_hurries_and_still_leaves_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, pause: float
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    mark, target = tmp_path / "pid", tmp_path / "series.json"
    python = program(tmp_path, STUBBORN.replace("MARK", repr(str(mark))))
    asked = ["--preset", "quick", "--only", "sync.iris_10", "--only", "sync.iris_100", "--device", "cpu"]
    process = start("--python", python, *asked, "--json", "-o", str(target))
    until = time.monotonic() + 60
    # The first experiment is kept, and the second one under way.
    while not (list(tmp_path.glob("envdoctor/bench/*.json")) and mark.exists() and mark.read_text()):
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(number)
    time.sleep(pause)
    process.send_signal(number)
    process.communicate(timeout=60)
    document = json.loads(target.read_text())

    assert process.returncode == 130
    assert document["verdict"] == "INTERRUPTED"
    assert [m["name"] for m in document["measurements"]] == ["sync.iris_10"]
    assert list(tmp_path.glob("envdoctor/bench/*.json"))
    assert gone(int(mark.read_text()))


def test_whoever_insists_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    mark = tmp_path / "pid"
    process = start("--python", program(tmp_path, STUBBORN.replace("MARK", repr(str(mark)))), "--preset", "quick",
                    "--only", "sync.iris_10", "--only", "sync.iris_100", "--device", "cpu", "--json")  # fmt: skip
    until = time.monotonic() + 60
    # The first experiment is kept, and the second one under way.
    while not (list(tmp_path.glob("envdoctor/bench/*.json")) and mark.exists() and mark.read_text()):
        assert time.monotonic() < until
        time.sleep(0.02)
    for _ in range(5):
        process.send_signal(signal.SIGINT)
        time.sleep(0.001)
    process.communicate(timeout=60)

    assert process.returncode == 130
    # Results were kept when they came, and the worker is gone.
    assert list(tmp_path.glob("envdoctor/bench/*.json"))
    assert gone(int(mark.read_text()))


def test_help_shows_examples_on_lines_of_their_own() -> None:
    done = bench("--help")

    assert done.returncode == 0
    assert "\n    envdoctor bench --download\n" in done.stdout


def test_a_dry_run_shows_the_plan_and_starts_nothing() -> None:
    done = bench("--preset", "full", "--only", "ladder.b*", "--dry-run", "--python", "/no/such/python")

    assert done.returncode == 0
    assert "ladder.batch_32" in done.stdout
    assert "ladder.textbook" not in done.stdout
    assert "held still" in done.stdout
    assert "minutes" in done.stdout.splitlines()[-1]


def test_a_worker_that_dies_at_once_fails_every_experiment(tmp_path: Path) -> None:
    python = program(tmp_path, "say(stage='import torch'); os._exit(3)")
    done = bench("--python", python, "--preset", "quick", "--device", "cpu", "--only", "sync", "--json")
    found = json.loads(done.stdout)

    assert done.returncode == 1
    assert len(found["measurements"]) > 1
    assert all("import torch" in one["reason"] for one in found["measurements"])


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_worker_that_tells_nothing_is_no_success(tmp_path: Path, device: str) -> None:
    python = program(tmp_path, "say(stage='end', done=True)")
    done = bench("--python", python, "--preset", "quick", "--device", device, "--only", "sync", "--json")
    found = json.loads(done.stdout)

    assert done.returncode == 1
    assert found["measurements"]
