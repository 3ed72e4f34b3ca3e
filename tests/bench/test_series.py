"""Series of experiments with real workers: sound ones, and every way in which one can end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from envdoctor.bench import csv, table
from envdoctor.bench import json as bench_json
from envdoctor.bench.experiments import Experiment
from envdoctor.bench.plan import Planned, Sizes
from envdoctor.bench.result import Result, Series
from envdoctor.bench.series import SeriesOptions, run_series

SIZES = Sizes(rounds=3, window_seconds=0.05, epochs=0)
MEMORY = {"data": "memory", "batch": 32, "threads": 1}


def experiment(name: str, settings: dict[str, Any] | None = None, **more: Any) -> Planned:
    one = Experiment(name=name, changes="", held="", question="", settings=settings or MEMORY, **more)
    return Planned(one, more.get("epochs") or 0.0, 1.0)


def options(tmp_path: Path, *plan: Planned, **more: Any) -> SeriesOptions:
    wanted: dict[str, Any] = {"device": "cpu", "threads": 1, "limit": 90.0, "state": tmp_path, **more}
    return SeriesOptions(preset="quick", plan=plan, sizes=SIZES, **wanted)


def only_child() -> psutil.Process:
    [child] = psutil.Process().children()
    return child


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Series:
    plan = (
        experiment("ladder.diverges", {**MEMORY, "lr": 1e30}),
        experiment("ladder.breaks", {**MEMORY, "net": "no such net"}),
        experiment("ladder.faster", {**MEMORY, "batch": 128}, reference=MEMORY, epochs=0.05),
        experiment("ladder.loaders", {"batch": 16, "workers": 2, "threads": 1}),
        experiment("ladder.for_gpus", gpu=True),
        experiment("loader.alone", {"batch": 16, "workers": 1, "threads": 1}, kind="loader"),
        experiment("sync.iris", {"net": "iris_mlp", "data": "memory", "threads": 1}),
        experiment("memory.small", kind="memory"),
        experiment("machine.ceilings", kind="machine"),
    )
    return run_series(sys.executable, options(tmp_path_factory.mktemp("state"), *plan, device="all"))


def named(series: Series, name: str) -> Result:
    [found] = [one for one in series.measurements if one.name == name]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "word"),
    [
        pytest.param("ladder.diverges", "the loss is no finite number", id="NaN"),
        pytest.param("ladder.breaks", "KeyError", id="an exception"),
    ],
)
def test_what_fails_costs_itself_alone(mixed: Series, name: str, word: str) -> None:
    failed = named(mixed, name)

    assert failed.verdict == "FAILED"
    assert word in failed.reason
    assert mixed.verdict == "FAIL"
    assert mixed.exit_code == 1
    assert named(mixed, "machine.ceilings").verdict == "DONE"


@pytest.mark.slow
def test_sides_take_turns_and_raw_samples_are_kept(mixed: Series) -> None:
    found = named(mixed, "ladder.faster")

    assert found.verdict == "DONE", found.reason
    assert [(w.side, w.round) for w in found.windows] == [(s, r) for r in range(3) for s in ("reference", "this")]
    assert all(len(w.step) == len(w.loader) == len(w.host) == w.steps > 0 for w in found.windows)
    assert all(sum(w.step) <= w.seconds for w in found.windows)
    assert found.comparison is not None
    assert len(found.comparison.ratios) == 3
    assert found.batch == 128
    assert found.settings["threads"] == 1


@pytest.mark.slow
def test_training_is_accounted(mixed: Series) -> None:
    training = named(mixed, "ladder.faster").training

    assert training is not None
    assert training.steps == 4  # 0.05 epochs of 75 batches
    assert (training.train_images, training.validation_images) == (9600, 400)
    assert len(training.train_loss) == len(training.validation_loss) == len(training.validation_accuracy) == 1
    assert training.tested == 2000
    assert training.accuracy == training.correct / 2000
    assert len(training.class_accuracy) == 10
    assert sum(training.class_accuracy.values()) / 10 == pytest.approx(training.accuracy)


@pytest.mark.slow
def test_a_loader_is_measured_alone_and_together(mixed: Series) -> None:
    sides = {side.name: side for side in named(mixed, "loader.alone").sides}

    assert set(sides) == {"loader", "step", "both"}
    assert sides["step"].phases["loader"].mean < sides["loader"].phases["loader"].mean


@pytest.mark.slow
def test_memory_grows_by_a_straight_line(mixed: Series) -> None:
    values = named(mixed, "memory.small").values

    assert values["predicted_bytes"] == pytest.approx(values["measured_bytes"], rel=0.01)
    assert values["prediction_error"] == pytest.approx(0, abs=0.01)
    # What was counted is a part of what was measured, and memory for 4096 images is more than noise.
    assert values["activations_bytes"] < values["step_counted_bytes"] < values["step_measured_bytes"]
    assert values["rest_bytes"] == values["step_measured_bytes"] - values["step_counted_bytes"]
    assert -0.9 < values["step_counted_error"] < 0
    assert values["host_prediction_error"] == pytest.approx(0, abs=0.9)
    assert values["largest_batch_predicted"] < values["free_bytes"] / values["bytes_per_image"]
    assert values["gradients_bytes"] == values["optimizer_bytes"] == values["parameters_bytes"]
    # Of one image: what two convolutions, two pools and three layers keep is between 10 and 200 KiB.
    assert 10 << 10 < values["bytes_per_image"] < 200 << 10
    assert values["parameters_bytes"] == 62006 * 4


@pytest.mark.slow
def test_the_machine_is_measured(mixed: Series) -> None:
    values = named(mixed, "machine.ceilings").values

    assert values["gemm_fp32_flops"] > 1e9
    assert values["copy_bytes_per_second"] > 1e8
    assert 1e-8 < values["dispatch_seconds"] < 1e-3
    assert 150 < values["operators_per_step"] < 400


@pytest.mark.slow
def test_every_format_holds_every_experiment(mixed: Series) -> None:
    document = json.loads(bench_json.render(mixed))
    rows = csv.render(mixed).splitlines()
    text = table.render(mixed, width=100)

    assert [one["name"] for one in document["measurements"]] == [one.name for one in mixed.measurements]
    assert rows[0].split(",")[:4] == ["experiment", "device", "device_name", "result"]
    assert len(rows) == 1 + len(mixed.measurements)
    for one in mixed.measurements:
        assert one.name in text
    assert "compares with nothing else" in text
    assert msgspec.convert(document["measurements"], tuple[Result, ...])[2].windows == mixed.measurements[2].windows


@pytest.mark.slow
def test_a_killed_worker_costs_the_experiment_under_way(tmp_path: Path) -> None:
    def kill(_device: str, said: Mapping[str, Any]) -> None:
        if said.get("window", {}).get("round") == 1 and heard == ["ladder.a"]:
            only_child().send_signal(signal.SIGKILL)
        if "begun" in said:
            heard.append(said["begun"][0])

    heard: list[str] = []
    found = run_series(sys.executable, options(tmp_path, experiment("ladder.a"), experiment("ladder.b")), kill)
    first, second = found.measurements

    assert first.verdict == "FAILED"
    assert "SIGKILL" in first.reason
    assert len(first.windows) >= 2
    assert second.verdict == "DONE"


@pytest.mark.slow
def test_a_dying_loader_process_costs_its_experiment(tmp_path: Path) -> None:
    def kill(_device: str, said: Mapping[str, Any]) -> None:
        if said.get("first_step"):
            for child in only_child().children():
                child.send_signal(signal.SIGKILL)

    loaders = experiment("ladder.loaders", {"batch": 16, "workers": 2, "threads": 1, "prefetch_factor": 1})
    found = run_series(sys.executable, options(tmp_path, loaders, experiment("machine.b", kind="machine")), kill)

    assert [one.verdict for one in found.measurements] == ["FAILED", "DONE"]
    assert "worker" in found.measurements[0].reason


@pytest.mark.slow
def test_a_hang_ends_at_its_limit(tmp_path: Path) -> None:
    sizes = msgspec.structs.replace(SIZES, window_seconds=300.0)
    hanging = msgspec.structs.replace(options(tmp_path, experiment("ladder.a"), limit=8.0), sizes=sizes)
    found = run_series(sys.executable, hanging)

    assert [one.verdict for one in found.measurements] == ["FAILED"]
    assert "limit of time" in found.measurements[0].reason


@pytest.mark.slow
def test_what_is_finished_is_taken_over_and_a_budget_is_kept(tmp_path: Path) -> None:
    first = run_series(sys.executable, options(tmp_path, experiment("ladder.a")))
    plan = (experiment("ladder.a"), experiment("ladder.b"))
    second = run_series(sys.executable, options(tmp_path, *plan, resume=True, budget=0.01))

    assert second.measurements[0] == first.measurements[0]
    assert second.measurements[1].verdict == "SKIPPED"
    assert "--budget" in second.measurements[1].reason
    assert "1 experiments were taken over" in second.notes[0]


@pytest.mark.slow
def test_results_that_cannot_be_kept_are_a_note(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    wanted = options(tmp_path, experiment("machine.a", kind="machine"), state=tmp_path / "file")
    found = run_series(sys.executable, wanted)

    assert found.verdict == "PASS"
    assert any("--resume will not find" in note for note in found.notes)


@pytest.mark.slow
def test_an_interrupted_command_keeps_what_is_finished_and_goes_on(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "envdoctor", "bench", "--preset", "quick", "--device", "cpu", "--python", sys.executable,
        "--only", "ladder.textbook", "--only", "ladder.data_in_memory", "--json",
    ]  # fmt: skip
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    until = time.monotonic() + 120
    while not list(tmp_path.glob("envdoctor/bench/*.json")) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    stopped = json.loads(out)
    again = subprocess.run([*command, "--resume"], capture_output=True, env=environment, check=False, timeout=200)
    whole = json.loads(again.stdout)

    assert process.returncode == 130
    assert stopped["verdict"] == "INTERRUPTED"
    assert [one["name"] for one in stopped["measurements"]] == ["ladder.textbook"]
    assert again.returncode == 0
    assert whole["measurements"][0] == stopped["measurements"][0]
    assert whole["measurements"][1]["verdict"] == "DONE"
