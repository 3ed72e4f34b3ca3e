import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envdoctor.bench.collect import measurement_of
from envdoctor.bench.measurement import Measurement, Outcome

PASSING: dict[str, Any] = {
    "versions": {"python": "3.11.7", "torch": "2.15.0+cu132", "cuda": "13.2", "hip": None, "cudnn": 92600},
    "threads": 2, "cpus": 2,
    "data": {
        "kind": "synthetic", "synthetic": True, "train": 10000, "test": 2000, "train_available": 10000,
        "test_available": 2000, "seed": 0, "classes": 10, "path": None,
    },
    "device_name": None, "load_before": 0.5, "load_after": 1.5,
    "training": {
        "batch": 128, "first_step_seconds": 0.09, "seconds_per_step": [0.04, 0.05] * 10, "window_seconds": 0.95,
        "cpu_seconds": 1.8, "loss": [2.3 - 0.05 * step for step in range(21)], "train_images": 10000,
    },
    "test": {"correct": 1000, "tested": 2000, "chance": 0.1},
    "memory": {"host_bytes": 900 << 20, "device_bytes": None},
    "agreement": [
        {"subject": "cpu float32", "reference": "cpu float64", "forward": 4e-7, "backward": 6e-6,
         "where": "gradient of 0.weight", "images": 32},
    ],
}  # fmt: skip
"""What a worker on a sound CPU tells, cut to a few steps."""


@pytest.fixture
def told() -> dict[str, Any]:
    return copy.deepcopy(PASSING)


@pytest.fixture
def measurement(told: dict[str, Any]) -> Measurement:
    return measurement_of("cpu", told, {"import torch": 2.0, "train on cpu": 7.0}, None)


@pytest.fixture
def outcome(measurement: Measurement) -> Outcome:
    return Outcome(
        preset="smoke",
        python="/home/someone/.venv/bin/python",
        verdict=measurement.verdict,
        reason="cpu: learns, and computes right",
        measurements=(measurement,),
        no_gpu="this torch is a CPU build",
        seconds=9.5,
    )


@pytest.fixture
def torch_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a package `torch` with this source first on the path of every Python that is started from here."""

    def put(source: str) -> Path:
        folder = tmp_path / "packages" / "torch"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(folder.parent))
        return folder

    return put


@pytest.fixture
def python_that(tmp_path: Path) -> Callable[[str], str]:
    """Make a program that is started like a Python and does this; `say`, `options` and `passing` are at hand."""

    def make(source: str) -> str:
        program = tmp_path / "scripted-python"
        program.write_text(
            f"#!{sys.executable}\nimport json, os, signal, sys, time\n"
            "channel, options = int(sys.argv[2]), json.loads(sys.argv[3])\n"
            "def say(**facts):\n    os.write(channel, (json.dumps(facts) + '\\n').encode())\n"
            f"passing = {PASSING!r}\n{source}\n"
        )
        program.chmod(0o755)
        return str(program)

    return make
