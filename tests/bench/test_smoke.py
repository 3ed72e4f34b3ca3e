"""Whole runs with real processes: sound ones, and workers that die in every way."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from envdoctor.bench.measurement import Measurement, Outcome
from envdoctor.bench.smoke import START, Options, RefusedError, run_smoke

TINY = Options(
    train_per_class=60, test_per_class=20, most_steps=24, least_steps=24, device="cpu", timeout=120, parts=()
)
BRIEF = Options(timeout=60)


@pytest.fixture(scope="module")
def sound() -> tuple[Outcome, list[tuple[str, Mapping[str, Any]]]]:
    heard: list[tuple[str, Mapping[str, Any]]] = []
    options = msgspec.structs.replace(TINY, device="all")
    return run_smoke(sys.executable, options, lambda device, said: heard.append((device, said))), heard


@pytest.mark.slow
def test_this_machine_learns(sound: tuple[Outcome, object]) -> None:
    outcome = sound[0]

    assert outcome.verdict == "PASS", outcome.reason
    assert outcome.exit_code == 0


@pytest.mark.slow
def test_everything_is_measured(sound: tuple[Outcome, object]) -> None:
    found = sound[0].measurements[0]

    assert found.device == "cpu"
    assert len(found.loss) == 24
    assert len(found.seconds_per_step) == 23
    assert found.first_step_seconds is not None
    assert found.first_step_seconds > 0
    assert found.memory is not None
    assert (found.memory.host_bytes or 0) > 50 << 20
    assert found.chance == 0.1
    assert found.tested == 200
    assert found.data is not None
    assert found.data.synthetic
    assert 0 < max(found.agreement[0].forward or 1, found.agreement[0].backward or 1) < 1e-4


@pytest.mark.slow
def test_progress_streams_while_it_runs(sound: tuple[object, list[tuple[str, Mapping[str, Any]]]]) -> None:
    heard = sound[1]
    stages = [said["stage"] for _, said in heard if "stage" in said]
    last = [said["progress"] for _, said in heard if "progress" in said][-1]

    assert stages[:3] == ["find torch", "find data", "import torch"]
    assert last == [24, 24]
    assert heard[-1][1] == {"stage": "end", "done": True}


@pytest.mark.slow
def test_labels_that_mean_nothing_fail(tmp_path: Path) -> None:
    rng = random.Random(0)  # noqa: S311  # repeatable
    for half in ("train", "test"):
        for name in ("a", "b", "c", "d"):
            folder = tmp_path / half / name
            folder.mkdir(parents=True)
            for index in range(40):
                (folder / f"{index}.ppm").write_bytes(b"P6 32 32 255\n" + rng.randbytes(3072))
    outcome = run_smoke(sys.executable, msgspec.structs.replace(TINY, data=str(tmp_path)))
    [found] = outcome.measurements
    held = {proof.name: proof.holds for proof in found.proofs}

    assert outcome.exit_code == 1
    assert held["beats chance"] is False
    assert held["agrees with cpu float64"] is True
    assert "beats chance" in found.reason or "loss falls" in found.reason
    assert found.data is not None
    assert not found.data.synthetic


@pytest.mark.parametrize(
    ("source", "kind", "detail"),
    [
        pytest.param("import os; os.kill(os.getpid(), 11)", "signal", "SIGSEGV", id="segfault"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "signal", "SIGKILL", id="killed, as for want of memory"),
        pytest.param("import os; os.abort()", "signal", "SIGABRT", id="abort"),
        pytest.param("import os; os._exit(0)", "exit", "exit code 0", id="leaves without a word"),
        pytest.param("import sys; sys.exit(7)", "exception", "SystemExit: 7", id="sys.exit"),
        pytest.param("raise ImportError('libcudart.so.13')", "exception", "libcudart.so.13", id="raises"),
        pytest.param("raise KeyboardInterrupt", "exception", "KeyboardInterrupt", id="raises Ctrl-C by itself"),
        pytest.param("raise RuntimeError('a\\nb\\n' * 9999)", "exception", "RuntimeError: a b", id="a long message"),
        pytest.param("", "exception", "AttributeError", id="an empty package"),
        pytest.param("x = (", "exception", "SyntaxError", id="a broken file"),
    ],
)
def test_a_torch_that_kills_the_worker_is_a_recorded_fail(
    torch_that: Callable[[str], Path], source: str, kind: str, detail: str
) -> None:
    torch_that(source)
    outcome = run_smoke(sys.executable, BRIEF)
    [found] = outcome.measurements

    assert outcome.exit_code == 1
    assert found.failure is not None
    assert found.failure.kind == kind
    assert detail in found.failure.detail
    assert len(found.reason) < 800


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import time; time.sleep(600)", id="sleeps"),
        pytest.param("import os, sys\nwhile True: os.write(2, b'x' * 65536)", id="floods stderr"),
        pytest.param(
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)", id="ignores SIGTERM"
        ),
    ],
)
def test_a_torch_that_hangs_is_given_up(torch_that: Callable[[str], Path], source: str) -> None:
    folder = torch_that(f"import os\nopen(__file__ + '.pid', 'w').write(str(os.getpid()))\n{source}")
    outcome = run_smoke(sys.executable, msgspec.structs.replace(BRIEF, timeout=2))
    [found] = outcome.measurements

    assert found.failure is not None
    assert (found.failure.kind, found.failure.stage) == ("hang", "import torch")
    assert outcome.seconds < 20
    assert not alive(int((folder / "__init__.py.pid").read_text()))


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


TWO_GPUS = """
device = options["device"]
if device == "cpu":
    say(stage="train on cpu", **passing)
    say(stage="look for GPUs", gpus=["A", "B"], no_gpu=None)
elif device == "cuda:0":
    say(stage="train on cuda:0", device_name="A")
    os.kill(os.getpid(), signal.SIGSEGV)
elif device == "cuda:1":
    say(stage="train on cuda:1", **dict(passing, device_name="B"))
say(stage="end", done=True)
"""


def test_a_gpu_that_kills_its_worker_takes_no_other_along(python_that: Callable[[str], str]) -> None:
    outcome = run_smoke(python_that(TWO_GPUS), BRIEF)

    assert [(m.device, m.verdict) for m in outcome.measurements] == [
        ("cpu", "PASS"),
        ("cuda:0", "FAIL"),
        ("cuda:1", "PASS"),
    ]
    assert outcome.exit_code == 1
    assert "SIGSEGV" in outcome.reason


def test_a_driver_that_kills_the_search_for_gpus_leaves_the_cpus_result(python_that: Callable[[str], str]) -> None:
    python = python_that('say(stage="train on cpu", **passing); say(stage="look for GPUs"); os._exit(3)')
    cpu, cuda = run_smoke(python, BRIEF).measurements

    assert (cpu.device, cpu.verdict) == ("cpu", "PASS")
    assert (cuda.device, cuda.verdict) == ("cuda", "FAIL")
    assert "'look for GPUs': exit code 3" in cuda.reason


NO_GPU = """
assert options["device"] is None
say(stage="look for GPUs", gpus=[], no_gpu="this torch is a CPU build")
say(stage="end", done=True)
"""


def test_a_gpu_that_was_asked_for_and_is_not_there_fails(python_that: Callable[[str], str]) -> None:
    outcome = run_smoke(python_that(NO_GPU), Options(device="cuda"))
    [found] = outcome.measurements

    assert outcome.exit_code == 1
    assert "this torch is a CPU build" in found.reason


def test_no_gpu_is_no_fault_when_none_was_asked_for(python_that: Callable[[str], str]) -> None:
    source = 'say(stage="train on cpu", **passing); say(stage="look for GPUs", gpus=[], no_gpu="a CPU build")\n'
    outcome = run_smoke(python_that(source + 'say(stage="end", done=True)'), BRIEF)

    assert outcome.verdict == "PASS"
    assert outcome.no_gpu == "a CPU build"


def test_a_torch_that_dies_when_only_gpus_are_wanted_is_recorded(torch_that: Callable[[str], Path]) -> None:
    torch_that("import os; os._exit(9)")
    [found] = run_smoke(sys.executable, Options(device="cuda")).measurements

    assert isinstance(found, Measurement)
    assert (found.device, found.verdict) == ("cuda", "FAIL")


@pytest.mark.parametrize(
    ("python", "word"),
    [
        pytest.param("/no/such/python", "there is no program /no/such/python", id="no such program"),
        pytest.param("/bin/true", "did not start as a Python (exit code 0)", id="another program"),
        pytest.param("/bin/false", "did not start as a Python (exit code 1)", id="another program that fails"),
        pytest.param("/", "--python:", id="a folder"),
    ],
)
def test_what_is_no_python_is_refused(python: str, word: str) -> None:
    with pytest.raises(RefusedError, match=r"^--python:") as refused:
        run_smoke(python, BRIEF)

    assert word in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_python_without_torch_is_refused_with_the_cure(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    python = str(tmp_path / "bin" / "python")
    with pytest.raises(RefusedError, match="torch is not installed") as refused:
        run_smoke(python, BRIEF)

    assert f"{python} -m pip install torch" in str(refused.value)


def test_a_mistyped_folder_is_refused_before_torch_is_imported(torch_that: Callable[[str], Path]) -> None:
    torch_that("raise SystemExit('imported')")
    with pytest.raises(RefusedError, match="no such folder"):
        run_smoke(sys.executable, msgspec.structs.replace(BRIEF, data="/no/such/folder"))


def test_the_worker_leaves_when_nobody_listens() -> None:
    listener, speaker = os.pipe()
    os.close(listener)
    done = subprocess.run(
        [sys.executable, START, str(speaker), '{"trace_after": 60}'], pass_fds=(speaker,), check=False, timeout=60
    )
    os.close(speaker)

    assert done.returncode == 1
