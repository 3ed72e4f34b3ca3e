"""What ends an experiment, with real processes and real shortages; the others go on, and --resume mends the rest."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from envdoctor.bench.experiments import Experiment
from envdoctor.bench.plan import Planned, Sizes
from envdoctor.bench.series import SeriesOptions, run_series

SIZES = Sizes(rounds=1, window_seconds=0.05, epochs=0)
SMALL = {"data": "memory", "batch": 32, "threads": 1}


def planned(name: str, settings: dict[str, Any], **more: Any) -> Planned:
    return Planned(Experiment(name=name, changes="", held="", question="", settings=settings, **more), 0.0, 1.0)


def options(state: Path, *plan: Planned, **more: Any) -> SeriesOptions:
    wanted: dict[str, Any] = {"device": "cpu", "threads": 1, "limit": 200.0, "state": state, **more}
    return SeriesOptions(preset="quick", plan=plan, sizes=SIZES, **wanted)


@pytest.mark.slow
def test_after_a_killed_worker_a_resumed_run_does_what_is_left(tmp_path: Path) -> None:
    def kill(_device: str, said: Mapping[str, Any]) -> None:
        if said.get("begun") == ["ladder.b", "cpu"]:
            [child] = psutil.Process().children()
            child.send_signal(signal.SIGKILL)

    plan = tuple(planned(f"ladder.{name}", SMALL) for name in "abc")
    first = run_series(sys.executable, options(tmp_path, *plan), kill)
    begun: list[str] = []

    def note(_device: str, said: Mapping[str, Any]) -> None:
        begun.extend(said["begun"][:1] if "begun" in said else [])

    second = run_series(sys.executable, options(tmp_path, *plan, resume=True), note)

    assert [one.verdict for one in first.measurements] == ["DONE", "FAILED", "DONE"]
    assert begun == ["ladder.b"]
    assert second.verdict == "PASS"
    assert sorted(one.name for one in second.measurements) == ["ladder.a", "ladder.b", "ladder.c"]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the size of a process is read from /proc")
def test_memory_that_is_not_there_ends_one_experiment(tmp_path: Path) -> None:
    look = (
        "import torch\nprint([line for line in open('/proc/self/status') if line.startswith('VmPeak')][0].split()[1])"
    )
    peak = int(subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout)
    program = tmp_path / "small-python"
    # Room for the small experiment, and not for the activations of 8192 images at once.
    program.write_text(f'#!/bin/sh\nulimit -v {peak + (1 << 20)}\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    large = planned("ladder.large", {**SMALL, "net": "wider", "batch": 8192})
    found = run_series(str(program), options(tmp_path, large, planned("ladder.small", SMALL)))

    assert [one.verdict for one in found.measurements] == ["FAILED", "DONE"]
    assert found.measurements[0].reason.startswith("out of memory: ")
    assert found.measurements[0].failure is not None
    assert found.measurements[0].failure.last_lines


@pytest.mark.slow
def test_a_full_disk_costs_what_would_be_kept_and_no_more(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=16k none {disk} && {{ cat /dev/zero 2>&- >{disk}/full; exec "$@"; }}'
    inside = ["unshare", "-rm", "sh", "-c", mount, "sh"]
    if not shutil.which("unshare") or subprocess.run([*inside, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system does not let a user mount a tmpfs of their own")
    command = [
        *inside, sys.executable, "-m", "envdoctor", "bench", "--preset", "quick", "--device", "cpu", "--json",
        "--python", sys.executable, "--only", "machine.ceilings",
    ]  # fmt: skip
    environment = {**os.environ, "XDG_CACHE_HOME": str(disk / "cache"), "TMPDIR": str(disk)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)
    document = json.loads(done.stdout)

    assert done.returncode == 0
    assert [one["verdict"] for one in document["measurements"]] == ["DONE"]
    assert document["measurements"][0]["values"]["dispatch_seconds"] > 0
    assert any("--resume will not find these results" in note for note in document["notes"])
