"""How long a series will still take: estimates, corrected by what was measured; shown on a terminal alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envdoctor.bench.remaining import Forecast, duration

PLAN = {"plan": [("a", "cpu", 10.0), ("b", "cpu", 20.0), ("c", "cpu", 30.0)]}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forecast(clock: Clock) -> Forecast:
    found = Forecast(clock)
    found.hear(PLAN)
    return found


def test_before_anything_was_measured_the_estimates_stand(forecast: Forecast) -> None:
    assert (forecast.over, forecast.of, forecast.left) == (0, 3, 60.0)


def test_what_took_twice_as_long_doubles_the_rest(forecast: Forecast, clock: Clock) -> None:
    forecast.hear({"begun": ["a", "cpu"]})
    clock.now += 20
    forecast.hear({"ended": {"verdict": "DONE"}})

    assert forecast.left == 100.0
    assert forecast.words == "1 of 3"


def test_what_is_under_way_counts_down_and_stops_at_its_end(forecast: Forecast, clock: Clock) -> None:
    forecast.hear({"begun": ["a", "cpu"]})
    clock.now += 4

    assert forecast.left == 56.0
    assert forecast.words == "1 of 3: a on cpu"

    clock.now += 400

    assert forecast.left == 50.0


def test_what_was_skipped_says_nothing_of_speed(forecast: Forecast, clock: Clock) -> None:
    forecast.hear({"begun": ["a", "cpu"]})
    clock.now += 0.1
    forecast.hear({"ended": {"verdict": "SKIPPED"}})

    assert forecast.left == 50.0


def test_a_worker_that_died_leaves_its_experiment_behind(forecast: Forecast, clock: Clock) -> None:
    forecast.hear({"begun": ["a", "cpu"]})
    clock.now += 10
    forecast.hear({"begun": ["b", "cpu"]})

    assert (forecast.over, forecast.left) == (1, 50.0)


def test_gpus_add_their_experiments(forecast: Forecast) -> None:
    forecast.hear({"plan": [("a", "cuda:0", 5.0)]})

    assert (forecast.of, forecast.left) == (4, 65.0)


def test_training_is_shown_within_an_experiment(forecast: Forecast) -> None:
    forecast.hear({"begun": ["c", "cpu"]})
    forecast.hear({"progress": [5, 20]})

    assert forecast.words == "1 of 3: c on cpu, trained 25%"


def test_the_smoke_test_has_no_plan() -> None:
    found = Forecast()
    found.hear({"stage": "train on cpu"})
    found.hear({"progress": [1, 2]})

    assert found.of == 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (-3, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (750, "12:30"), (3900, "1:05:00")]
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


WORKER = """
for one in options["requests"]:
    say(stage=one["name"], begun=[one["name"], one["device"]])
    time.sleep(0.4)
    say(ended={"verdict": "DONE", "reason": "", "seconds": 0.4})
say(stage="end", done=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_terminal_shows_how_far_it_is_and_a_pipe_nothing(tmp_path: Path) -> None:
    import pty  # noqa: PLC0415  # POSIX alone has it

    program = tmp_path / "scripted-python"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys, time\n"
        "channel, options = int(sys.argv[2]), json.loads(sys.argv[3])\n"
        f"def say(**facts):\n    os.write(channel, (json.dumps(facts) + '\\n').encode())\n{WORKER}\n"
    )
    program.chmod(0o755)
    command = [sys.executable, "-m", "envdoctor", "bench", "--preset", "quick", "--only", "sync.iris_10",
               "--only", "sync.iris_100", "--device", "cpu", "--python", str(program), "--json"]  # fmt: skip
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "TERM": "xterm", "COLUMNS": "120"}
    terminal, end = pty.openpty()
    shown = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=end, env=environment)
    os.close(end)
    seen, until = b"", time.monotonic() + 60
    while time.monotonic() < until:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # Linux's word for the end
            break
        if not chunk:
            break
        seen += chunk
    os.close(terminal)
    piped = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=60)

    assert shown.wait(60) == 0
    assert b"1 of 2: sync.iris_10 on cpu" in seen
    assert b"2 of 2: sync.iris_100 on cpu" in seen
    assert b"left" in seen
    assert piped.returncode == 0
    assert not piped.stderr
