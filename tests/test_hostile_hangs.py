"""Whatever does not answer, floods or never ends: a report in the time that was given, and one second more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="named pipes, shells and signals of POSIX")]

SECONDS = 4
START_SECONDS = 4
"""Of a Python, or of two, on a busy machine; the promise is one second, and that a quiet machine keeps."""
MARK = "ENVDOCTOR_TEST_FAMILY"
TORCH = {
    "torch/__init__.py": "from .version import __version__\n",
    "torch/version.py": "__version__ = '2.9.0+cpu'\ncuda = None\n",
    "torch-2.9.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: torch\nVersion: 2.9.0\n",
}


class Machine:
    """An environment with a torch that is none, and a folder of programs that come first on PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = folder / "env"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.environment], check=True)
        [self.packages] = self.environment.glob("lib/python*/site-packages")
        for name, text in TORCH.items():
            self.write(name, text)
        (folder / "bin").mkdir()

    def write(self, name: str, text: str) -> None:
        (self.packages / name).parent.mkdir(parents=True, exist_ok=True)
        (self.packages / name).write_text(text, encoding="utf-8")

    def replace(self, path: Path, kind: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        KINDS[kind](path)

    def program(self, name: str, body: str) -> None:
        (self.folder / "bin" / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (self.folder / "bin" / name).chmod(0o755)

    def check(self, *more: str, before: str = "") -> tuple[dict[str, Any], float]:
        """Run `envdoctor check`; it has to keep its time limit by itself."""
        command = [sys.executable, "-m", "envdoctor", "check", "--json", "--timeout", str(SECONDS), *more]
        shell = ["bash", "-c", f'{before}\nexec "$@"', "bash", *command, "--python", str(self.environment)]
        variables = os.environ | {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", MARK: str(self.folder)}
        started = time.monotonic()
        done = subprocess.run(
            shell, check=False, capture_output=True, text=True, timeout=60, env=variables, cwd=self.folder
        )
        assert done.returncode in {0, 1}, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report, time.monotonic() - started


KINDS: Mapping[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "zeros": lambda path: path.symlink_to("/dev/zero"),
    "a loop": lambda path: path.symlink_to(path.name),
    "a folder": Path.mkdir,
}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    yield Machine(tmp_path)
    left = [process for process in psutil.process_iter() if _marked(process, str(tmp_path))]
    for process in left:
        process.send_signal(signal.SIGKILL)


def _marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except psutil.Error:
        return False


FILES = {
    "torch-2.9.0.dist-info/METADATA": "TOR002",
    "torch-2.9.0.dist-info/RECORD": "TOR002",
    "torch-2.9.0.dist-info/top_level.txt": "TOR002",
    "other-1.0.dist-info/METADATA": "TOR002",
    "other-1.0.dist-info": "TOR002",
    "torch/version.py": "TOR002",
    "torch/lib/libtorch_cpu.so": "TOR002",
    "torch/lib/libcudart.so.13": "TOR002",
    "nvidia/cudnn/lib/libcudnn.so.9": "TOR002",
    "../../../pyvenv.cfg": "PYT001",
    "x.pth": "PYT001",
}
"""Where a file is looked for → what is found when it is no file: the torch does nothing, or the Python never starts."""


@pytest.mark.parametrize("kind", ["a pipe", "zeros"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_never_ends(name: str, kind: str, machine: Machine) -> None:
    machine.replace(machine.packages / name, kind)
    report, seconds = machine.check()

    assert report["primary"] == FILES[name]
    assert seconds < SECONDS + START_SECONDS


@pytest.mark.parametrize("kind", ["a loop", "a folder"])
def test_files_that_are_no_files(kind: str, machine: Machine) -> None:
    for name in (
        "torch-2.9.0.dist-info/METADATA",
        "torch/lib/libtorch_cpu.so",
        "nvidia/cudnn/lib/libcudnn.so.9",
        "loop",
    ):
        machine.replace(machine.packages / name, kind)
    report, seconds = machine.check()

    assert report["primary"] == "TOR002"
    assert seconds < SECONDS + START_SECONDS


def test_tens_of_thousands_of_files(machine: Machine) -> None:
    (machine.packages / "torch" / "lib").mkdir()
    for number in range(10_000):
        os.close(os.open(machine.packages / f"f{number}.py", os.O_CREAT))
        os.close(os.open(machine.packages / "torch" / "lib" / f"lib{number}.so", os.O_CREAT))
    report, seconds = machine.check()

    assert report["primary"] == "TOR002"
    assert seconds < SECONDS + START_SECONDS


HANGS = "trap '' TERM\nwhile :; do sleep 60; done"
STAYS = "(setsid sleep 60 &) ; (setsid sleep 60 2>&1 &) ; exit 0"
"""What it starts leaves its family and keeps its outputs open."""
FLOODS = "exec yes 'NVIDIA-SMI 580.65.06  Driver Version: 580.65.06'"
PROGRAMS = {
    "hang and hear nothing": dict.fromkeys(("nvidia-smi", "nvcc", "gcc", "g++", "clang", "ldconfig", "conda"), HANGS),
    "leave somebody behind": dict.fromkeys(("nvidia-smi", "nvcc", "gcc", "g++", "clang", "ldconfig", "conda"), STAYS),
    "flood": dict.fromkeys(("nvidia-smi", "nvcc", "gcc", "g++", "clang", "ldconfig", "conda"), FLOODS),
    "each in its way": {"nvidia-smi": FLOODS, "nvcc": STAYS, "gcc": HANGS, "g++": FLOODS, "ldconfig": HANGS},
}
NEVER = "import os, signal, subprocess, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
PATIENTS = {
    "hears nothing": NEVER + "time.sleep(60)\n",
    "floods": NEVER + "while True: os.write(1, b'x' * 65536); os.write(2, b'y' * 65536)\n",
    "leaves somebody behind": NEVER + "os.fork() or (os.setsid(), time.sleep(60))\ntime.sleep(60)\n",
}


@pytest.mark.parametrize(
    ("programs", "patient"),
    [*((programs, "hears nothing") for programs in PROGRAMS), ("flood", "floods"), ("flood", "leaves somebody behind")],
)
def test_all_at_once_in_the_time_of_one(programs: str, patient: str, machine: Machine) -> None:
    for name, body in PROGRAMS[programs].items():
        machine.program(name, body)
    machine.write("torch/__init__.py", PATIENTS[patient])
    # What is flooded with gigabytes would not fit into this.
    report, seconds = machine.check(before="ulimit -v 600000" if sys.platform == "linux" else "")

    assert "TOR002" in {finding["code"] for finding in report["findings"]}
    assert seconds < SECONDS + START_SECONDS


def test_a_whole_check_keeps_the_promise_where_nothing_is_in_its_way(machine: Machine) -> None:
    """The limit is of the check alone: envdoctor's own clock says how long it took, whatever else the machine does."""
    machine.write("torch/__init__.py", PATIENTS["hears nothing"])
    report, _ = machine.check("--network", "--all-pythons")

    assert report["seconds"] < SECONDS + 1
