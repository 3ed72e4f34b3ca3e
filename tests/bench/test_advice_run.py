"""A series ends with the changes that gained most, applied together: with a scripted worker whose speeds are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envdoctor.bench.advice import NAME
from envdoctor.bench.experiments import TEXTBOOK, Experiment
from envdoctor.bench.explain import explained
from envdoctor.bench.plan import Planned, Sizes
from envdoctor.bench.result import Result, Series
from envdoctor.bench.series import SeriesOptions, run_series

WORKER = """
SPEED = {SPEED!r}
say(stage="import torch", versions={{"torch": "2.15.0"}}, gpus=[], no_gpu="a CPU build")
for request in options["requests"]:
    say(stage=request["name"], begun=[request["name"], request["device"]])
    say(settings=dict(request["settings"], threads=1), reference=dict(request["reference"] or {{}}, threads=1))
    times = SPEED.get(request["name"], 1.0)
    for number in range(3):
        for side, speed in (("reference", 1.0), ("this", times)):
            batch = request["settings"].get("batch", 4) if side == "this" else 4
            host = batch * 0.0005 / speed
            say(window={{"side": side, "round": number, "steps": 20, "images": 20 * batch, "seconds": 20 * host,
                         "cpu_seconds": 20 * host, "step": [host] * 20, "loader": [0.0] * 20, "transfer": [0.0] * 20,
                         "host": [host] * 20, "device": []}})
    say(ended={{"verdict": "DONE", "reason": "", "seconds": 1.0, "after": {{}}}})
say(stage="end", done=True)
"""
SIZES = Sizes(rounds=3, window_seconds=0.05, epochs=0)
ROWS: dict[str, dict[str, Any]] = {
    "ladder.batch_32": {"batch": 32}, "ladder.fused": {"fused": True}, "ladder.workers_0": {"workers": 0},
}  # fmt: skip

Worker = Callable[[str], str]


def run(python: str, tmp_path: Path, **more: Any) -> Series:
    rows = [
        Experiment(name=name, changes="", held="", question="", settings=settings, reference=TEXTBOOK)
        for name, settings in ROWS.items()
    ]
    plan = tuple(Planned(row, 0.0, 1.0) for row in rows)
    told = {"device": "all", "threads": 1, "limit": 20.0, "state": tmp_path, **more}
    return explained(run_series(python, SeriesOptions(preset="quick", plan=plan, sizes=SIZES, **told)))


def together(series: Series) -> Result | None:
    return next((one for one in series.measurements if one.name == NAME), None)


@pytest.mark.slow
def test_what_gains_is_applied_together_and_compared_with_its_forecast(python_that: Worker, tmp_path: Path) -> None:
    speeds = {"ladder.batch_32": 2.0, "ladder.fused": 1.5, NAME: 2.5}
    series = run(python_that(WORKER.format(SPEED=speeds)), tmp_path)
    found = together(series)

    assert found is not None
    assert found.verdict == "DONE"
    assert {key: found.settings[key] for key in ("batch", "fused")} == {"batch": 32, "fused": True}
    assert series.explanation is not None
    [advice] = series.explanation.advice
    assert advice.forecast.value == pytest.approx(3.0)
    assert advice.outcome is not None
    assert advice.outcome.value == pytest.approx(2.5)
    assert advice.error == pytest.approx(0.2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "speeds",
    [
        pytest.param({}, id="nothing gains"),
        pytest.param({"ladder.batch_32": 2.0, "ladder.fused": 0.5}, id="one change alone"),
    ],
)
def test_nothing_is_applied_together_where_there_are_not_two(
    python_that: Worker, tmp_path: Path, speeds: dict[str, float]
) -> None:
    assert together(run(python_that(WORKER.format(SPEED=speeds)), tmp_path)) is None


@pytest.mark.slow
def test_resuming_applies_them_again(python_that: Worker, tmp_path: Path) -> None:
    speeds = {"ladder.batch_32": 2.0, "ladder.fused": 1.5, NAME: 2.5}
    run(python_that(WORKER.format(SPEED=speeds)), tmp_path)
    again = run(python_that(WORKER.format(SPEED={**speeds, NAME: 3.0})), tmp_path, resume=True)
    found = together(again)

    assert found is not None
    assert found.comparison is not None
    assert found.comparison.median == pytest.approx(3.0)
