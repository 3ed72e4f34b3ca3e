import importlib
from pathlib import Path

import pytest

from envdoctor.bench import plan
from envdoctor.bench.csv import COLUMNS
from envdoctor.bench.experiments import EXPERIMENTS


def names(*only: str, preset: str = "quick") -> list[str]:
    return [one.experiment.name for one in plan.choose(preset, only, plan.sizes(preset))]


def test_every_experiment_says_what_it_asks() -> None:
    assert len({one.name for one in EXPERIMENTS}) == len(EXPERIMENTS)
    for one in EXPERIMENTS:
        assert one.question.endswith(("?", "expected)")), one.name
        assert one.changes
        assert one.held
        assert one.presets
        assert one.group in {"ladder", "loader", "sync", "memory", "machine", "parallel", "ops", "fit", "crossover"}


def test_the_page_lists_every_experiment_and_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "benchmark.md").read_text(encoding="utf-8").splitlines()
    rows = [
        f"| `{e.name}` | {', '.join(e.presets)}{' (GPU)' if e.gpu else ''} | {e.changes} | {e.held} | {e.question} |"
        for e in EXPERIMENTS
    ]
    columns = [f"| `{name}` | {text} |" for name, (text, _) in COLUMNS.items()]

    assert [row for row in rows + columns if row not in page] == []
    assert [line for line in page if line.startswith("| `")] == rows + columns


def test_a_group_is_that_of_the_preset_and_a_name_is_any() -> None:
    assert "ladder.compile" not in names("ladder")
    assert "ladder.compile" in names("ladder", preset="full")
    assert names("ladder.compile") == ["ladder.compile"]
    assert names("sync.*", preset="quick") == names("sync", preset="full")
    assert all(name.startswith("ladder.") for name in names("ladder"))


@pytest.mark.parametrize("pattern", ["laddr", "ladder.", "ladder.no_such", ""])
def test_a_pattern_that_fits_nothing_is_said(pattern: str) -> None:
    with pytest.raises(plan.UnknownExperimentError, match="fits no experiment; give a group"):
        names(pattern)


def test_quick_is_planned_for_five_minutes() -> None:
    chosen = plan.choose("quick", (), plan.sizes("quick"))

    assert sum(one.estimate for one in chosen if not one.experiment.gpu) < 300


def test_a_row_with_a_rate_of_its_own_is_reckoned_with_it() -> None:
    [row] = plan.choose("full", ("ladder.tuned_85",), plan.sizes("full"))

    assert row.epochs * 50_000 / 500 < row.estimate < row.epochs * 50_000 / 500 + 60


def test_longer_training_takes_longer() -> None:
    short, long = (plan.choose("full", ("ladder",), plan.sizes("full", epochs)) for epochs in (0.0, 10.0))

    assert all(a.estimate <= b.estimate for a, b in zip(short, long, strict=True))
    assert sum(b.estimate - a.estimate for a, b in zip(short, long, strict=True)) > 1000


def test_the_reference_is_not_measured_against_itself() -> None:
    sizes = plan.sizes("quick")
    [textbook] = plan.choose("quick", ("ladder.textbook",), sizes)
    [batch] = plan.choose("quick", ("ladder.batch_32",), sizes)

    assert plan.request(textbook, sizes, "cpu", 0, None)["reference"] is None
    assert plan.request(batch, sizes, "cpu", 0, None)["reference"] == {}
    assert plan.request(batch, sizes, "cpu", 0, None)["limit"] >= 60
    assert plan.request(batch, sizes, "cpu", 0, 7.0)["limit"] == 7


def test_loader_processes_are_listed_up_to_the_usable_cpus() -> None:
    def workers(cpus: int, *only: str) -> list[int]:
        chosen = plan.choose("full", only, plan.sizes("full"), cpus)
        rows = [one.experiment.name for one in chosen if one.experiment.name.startswith("ladder.workers_")]
        return [int(name.rpartition("_")[2]) for name in rows if name[-1].isdigit()]

    assert workers(2) == [0, 4]
    assert workers(12) == [0, 4, 6, 8, 12]
    assert workers(96, "ladder") == [0, 4, 6, 8, 12, 16, 24, 32, 48, 64]
    assert workers(2, "ladder.workers_16") == [16]


def test_settings_are_those_that_the_worker_knows() -> None:
    known = importlib.import_module("envdoctor.bench.worker.recipe").DEFAULTS
    for one in EXPERIMENTS:
        if one.kind in {"compare", "loader", "memory"}:
            assert set(one.settings) | set(one.reference or {}) <= set(known), one.name
        assert one.reference is None or one.reference != one.settings or one.name == "ladder.textbook"
