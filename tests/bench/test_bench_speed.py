"""The script that compares `tuned` with the textbook: its goals have rows, and its clock counts loader processes."""

import importlib.util
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.slow

BURN = "import time\nuntil = time.process_time() + 0.4\nwhile time.process_time() < until: pass\nprint()\ninput()"


@pytest.fixture(scope="module")
def script() -> Any:
    path = Path(__file__).parents[2] / "tools" / "bench_speed.py"
    spec = importlib.util.spec_from_file_location("bench_speed", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_goal_has_a_row_of_its_own_length(script: Any) -> None:
    assert all(script.named(name).epochs for name in ("tuned", *script.GOALS))


def test_the_meter_counts_what_child_processes_compute(script: Any) -> None:
    with subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        meter = script.Meter()
        before = sum(psutil.Process(child.pid).cpu_times()[:2])
        assert child.stdout is not None
        child.stdout.readline()
        spent = meter.cost()
        assert child.stdin is not None
        child.stdin.close()

    assert spent.cpu > 0.4 - before - 0.05


def test_the_meter_counts_no_sleep(script: Any) -> None:
    meter = script.Meter()
    time.sleep(0.2)
    spent = meter.cost()

    assert spent.wall >= 0.2
    assert spent.cpu < 0.15


def test_a_row_is_trained_and_told(script: Any) -> None:
    images = script.load("data_synthetic").make(script.load("images").Wanted(40, 10, 0))
    told = script.train(script.named("tuned"), images, 1, 0)

    assert told["tested"] == 100
    assert told["amp"] in {"float32", "bf16"}
    assert f"{told['steps']} steps" in script.told_line(told)


def test_the_textbook_is_projected_to_all_its_epochs(script: Any) -> None:
    images = script.load("data_synthetic").make(script.load("images").Wanted(40, 10, 0))
    textbook = script.Textbook(images, 1)
    try:
        cost = textbook.epochs(0.3)
    finally:
        textbook.close()

    # 4,000 images in all: more than a millisecond and less than a second each.
    assert 0.4 < cost.wall < 4000
    assert cost.cpu > 0


def test_a_spread_is_median_and_ends(script: Any) -> None:
    assert script.spread([3.0, 1.0, 2.0]) == "2.0 (1.0 to 3.0, n=3)"
