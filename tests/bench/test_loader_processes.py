"""Experiments whose loader processes are started as other systems do it: spawned, or by a fork server."""

import multiprocessing
import sys
from pathlib import Path
from typing import Any

import pytest

from envdoctor.bench.experiments import Experiment
from envdoctor.bench.plan import Planned, Sizes
from envdoctor.bench.series import SeriesOptions, run_series

SIZES = Sizes(rounds=1, window_seconds=0.05, epochs=0)


def planned(name: str, settings: dict[str, Any], **more: Any) -> Planned:
    return Planned(Experiment(name=name, changes="", held="", question="", settings=settings, **more), 0.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_find_what_they_load(tmp_path: Path, method: str) -> None:
    settings = {"batch": 16, "workers": 1, "threads": 1, "start_method": method}
    plan = (
        planned("ladder.loaded", settings),
        planned("loader.alone", {**settings, "augment": "affine"}, kind="loader"),
    )
    wanted = SeriesOptions(preset="quick", plan=plan, sizes=SIZES, device="cpu", threads=1, limit=200.0, state=tmp_path)
    found = run_series(sys.executable, wanted)

    assert [(one.verdict, one.reason) for one in found.measurements] == [("DONE", "")] * 2
    assert all(window.steps > 0 for one in found.measurements for window in one.windows)
    assert found.measurements[0].settings["start_method"] == method
