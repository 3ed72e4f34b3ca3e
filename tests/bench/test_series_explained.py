"""What a series says of itself: parts of a step, map, advice and reasons, from parts that are known."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from envdoctor.bench import json as bench_json
from envdoctor.bench import table
from envdoctor.bench.advice import compatible, together
from envdoctor.bench.crossover import crossover, from_batch, sides
from envdoctor.bench.explain import explained, measured, report_of
from envdoctor.bench.plan import Sizes
from envdoctor.bench.result import Host, Result, Series
from envdoctor.bench.why import why
from envdoctor.measurements import Advice, Attribution, Explanation, Part
from envdoctor.report import render
from tests.series_samples import (
    FIXED,
    FREED,
    LADDER,
    LOADER,
    PER_IMAGE,
    TRANSFER,
    costs,
    fitted,
    mapped,
    row,
    textbook,
    trained,
)

SIZES = Sizes(rounds=3, window_seconds=0.5, epochs=0)


def told(*results: Result) -> Series:
    made = Series(preset="quick", python="python", verdict="PASS", reason="all", measurements=results or LADDER)
    return explained(made)


def explanation(series: Series) -> Explanation:
    assert series.explanation is not None
    return series.explanation


def attribution(*results: Result) -> Attribution:
    [found] = explanation(told(*results)).attribution
    return found


def parts(found: Attribution) -> dict[str, Part]:
    return {part.name: part for part in found.parts}


def advice(*results: Result) -> Advice:
    [found] = explanation(told(*results)).advice
    return found


def test_the_parts_are_those_that_were_put_in() -> None:
    found = parts(attribution())
    whole = LOADER + TRANSFER + FIXED + 4 * PER_IMAGE

    assert found["loader"].share.value == pytest.approx(LOADER / whole, rel=0.02)
    assert found["dispatch"].share.value == pytest.approx(FIXED / whole, rel=0.05)
    assert found["arithmetic"].share.value == pytest.approx(4 * PER_IMAGE / whole, rel=0.05)
    assert abs(found["unexplained"].share.value) < 0.03
    assert list(found)[-1] == "unexplained"


def test_the_shares_add_up_to_the_whole_step_whatever_is_not_explained() -> None:
    odd = replace(LADDER[1], windows=tuple(replace(w, seconds=1.4 * w.seconds) for w in LADDER[1].windows))
    found = attribution(odd, fitted())

    assert sum(part.share.value for part in found.parts) == pytest.approx(1.0)


def test_time_without_a_cpu_went_to_other_programs() -> None:
    slow = tuple(replace(w, seconds=w.seconds + 0.5 * w.cpu_seconds) for w in LADDER[0].windows)
    found = parts(attribution(replace(LADDER[0], windows=slow), fitted()))

    assert found["other programs"].share.value == pytest.approx(0.21, abs=0.03)


def test_time_that_nothing_explains_is_not_hidden() -> None:
    dear = row("ladder.workers_0", {"workers": 0}, costs())
    windows = tuple(replace(w, host=tuple(2 * s for s in w.host), seconds=1.6 * w.seconds,
                            cpu_seconds=2 * w.cpu_seconds) for w in dear.windows)  # fmt: skip
    found = parts(attribution(replace(dear, windows=windows), fitted()))

    assert found["unexplained"].share.low > 0.2


def test_without_a_line_the_arithmetic_is_unexplained() -> None:
    found = attribution(textbook())

    assert found.fit is None
    assert "dispatch" not in parts(found)
    assert parts(found)["unexplained"].share.value > 0.4


def test_references_that_are_not_the_textbook_are_left_out() -> None:
    graph = row("ladder.cuda_graph", {"graph": True}, FREED)
    beside = replace(graph.sides[1], settings={"threads": 1, "data": "memory"})

    assert attribution(textbook(), replace(graph, sides=(graph.sides[0], beside))).rounds == 3


def test_it_says_the_fixed_cost_the_operators_and_what_workers_bring() -> None:
    said = " ".join(attribution().said)

    assert "248 operators a step x 1.9 us" in said
    assert "The fixed cost exceeds the arithmetic until about batch 5" in said
    assert "Two workers at batch 4 cost more than they bring" in said


@pytest.mark.parametrize(
    ("host", "words"),
    [
        pytest.param(40e-3, "2 threads hinder each other (load 6.0, a busy loop got 40% of a CPU)", id="under load"),
        pytest.param(500e-6, "2 threads pay", id="they pay"),
        pytest.param(FIXED + 4 * PER_IMAGE, "2 threads: noise", id="no difference"),
    ],
)
def test_it_says_what_threads_do(host: float, words: str) -> None:
    default = row("ladder.threads_default", {"threads": 2}, costs(host=host))
    busy = replace(default, before=Host(load=6.0, cpu_share=0.4, cpus=2))

    assert words in " ".join(attribution(*LADDER, busy).said)


def test_a_recipe_with_more_threads_than_the_line_is_said_to() -> None:
    assert "the recipe ran with 2" in attribution(replace(LADDER[0], threads=2), fitted()).said[-1]
    assert "the recipe ran with" not in " ".join(attribution().said)


def test_advice_takes_what_gains_and_can_be_made_together() -> None:
    found = advice()
    chosen = {one.experiment for one in found.chosen}

    assert chosen == {"ladder.batch_32", "ladder.data_in_memory", "ladder.fused"}
    assert found.outcome is None


def test_the_forecast_is_what_the_parts_add_up_to() -> None:
    before = (LOADER + TRANSFER + FIXED + 4 * PER_IMAGE) / 4
    # In memory a batch of 32 waits four times as long as one of 4; fused saves its share of the calls.
    saved = (FIXED - 150e-6) / FIXED
    after = (4 * 10e-6 + TRANSFER + saved * FIXED + 32 * PER_IMAGE) / 32
    found = advice()

    assert found.forecast.value == pytest.approx(before / after, rel=0.03)
    assert found.product > found.forecast.value


def test_forecast_and_outcome_stand_side_by_side() -> None:
    planned = together(LADDER, measured(LADDER), "cpu", SIZES)
    assert planned is not None
    outcome = row("advice.together", planned.experiment.settings, costs(32, loader=40e-6, host=3.55e-3))
    found = advice(*LADDER, outcome)

    assert found.outcome is not None
    assert found.error is not None
    assert found.error == pytest.approx(found.forecast.value / found.outcome.value - 1)
    assert abs(found.error) < 0.05
    assert "Applied together and measured: " in " ".join(table.render(told(*LADDER, outcome), width=100).split())


def test_changes_that_learn_less_together_are_said_to() -> None:
    made = (textbook(training=trained(0.60)), *LADDER[1:])
    planned = together(made, measured(made), "cpu", replace(SIZES, epochs=2))
    assert planned is not None
    worse = row("advice.together", planned.experiment.settings, costs(32), training=trained(0.40))

    assert planned.epochs == 2
    assert "they reach a lower accuracy in as many epochs" in " ".join(advice(*made, worse).remarks)


def test_an_outcome_of_other_changes_is_not_taken() -> None:
    stale = row("advice.together", {"batch": 32}, costs(32))

    assert advice(*LADDER, stale).outcome is None


def test_one_change_alone_is_not_measured_again() -> None:
    some = (textbook(), LADDER[2], fitted())

    assert advice(*some).forecast.value == pytest.approx(advice(*some).chosen[0].ratio.value, rel=0.01)
    assert together(some, measured(some), "cpu", SIZES) is None


def test_nothing_that_gains_gives_no_advice() -> None:
    assert explanation(told(textbook(), LADDER[5], LADDER[6], fitted())).advice == ()


def test_a_faster_row_that_learns_less_is_the_recipe_and_no_advice() -> None:
    worse = replace(LADDER[3], training=trained(0.45))
    found = advice(textbook(training=trained(0.60)), LADDER[2], worse, fitted())

    assert [one.experiment for one in found.chosen] == ["ladder.data_in_memory"]
    assert "its accuracy falls from 60.0% to 45.0%" in found.rejected[0]


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        pytest.param([{"batch": 32}, {"fused": True}], True, id="two settings"),
        pytest.param([{"batch": 32}, {"batch": 128}], False, id="one setting twice"),
        pytest.param([{"data": "memory"}, {"workers": 0}], False, id="a loader that is not used"),
        pytest.param([{"data": "memory"}, {"batch": 32}], True, id="memory and a batch"),
    ],
)
def test_changes_that_exclude_each_other(changes: list[dict[str, Any]], *, holds: bool) -> None:
    assert compatible(changes) is holds


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param(
            "ladder.batch_32", "the fixed cost per step of 500 us is spread over 32 images instead of 4", id="b"
        ),
        pytest.param("ladder.workers_0", "a step waits 300 us for its batch instead of 800 us", id="workers"),
        pytest.param("ladder.fused", "fewer calls save 150 us of a step's fixed cost of 500 us", id="fused"),
        pytest.param("ladder.channels_last", "No difference beyond the spread", id="noise"),
        pytest.param("ladder.wide", "the other net adds 2.8 ms of work to a step", id="wide"),
        pytest.param("ladder.textbook", "of a step of 1.72 ms, 800 us wait for the batch", id="the reference"),
    ],
)
def test_each_row_says_why(name: str, words: str) -> None:
    [found] = [one for one in told().measurements if one.name == name]

    assert words in found.why


def test_a_row_that_learns_less_says_that_it_is_the_recipe() -> None:
    rows = measured((textbook(training=trained(0.60)), replace(LADDER[3], training=trained(0.45))))

    assert "so it is the recipe and no speed-up" in why(rows[1], rows, None)


def test_the_map_without_a_gpu_compares_threads_and_says_why() -> None:
    skipped = Result(
        name="crossover.map", group="crossover", device="cuda", verdict="SKIPPED", reason="no GPU: a CPU build"
    )
    found = explanation(told(*LADDER, skipped)).crossover

    assert found is not None
    assert found.not_measured == "no GPU: a CPU build"
    assert "Your model of 62,006 parameters at batch 4 is on the side of 1 CPU thread" in found.said[0]
    assert "because 56% of a step is its fixed cost of 500 us" in found.said[0]


def test_the_map_says_from_where_on_the_gpu_wins() -> None:
    made = measured((mapped(), mapped("cuda:0", times=0.02, overhead=3e-4)))
    found = crossover(made)
    assert found is not None
    ours, theirs = sides(found)

    assert from_batch(ours, theirs, "wide") == 1
    assert from_batch(ours, theirs, "textbook") == 4
    assert "Net 'textbook' (6 channels, 62,006 parameters): cuda:0 is faster from batch 4 on." in found.said


def test_a_gpu_that_wins_nowhere_is_said_to() -> None:
    found = crossover(measured((mapped(), mapped("cuda:0", times=100, overhead=1.0))))

    assert found is not None
    assert "Net 'wide' (32 channels, 330,698 parameters): cuda:0 is faster at no batch of the map." in found.said


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([], id="none"),
        pytest.param("many", id="of another form"),
        pytest.param([{"net": "wide"}, 3, {"seconds_per_image": [0.0]}], id="places without figures"),
    ],
)
def test_a_map_without_places_is_none(cells: Any) -> None:
    assert crossover(measured((replace(mapped(), values={"cells": cells}),))) is None


def test_the_json_has_primary_findings_and_causes() -> None:
    document = json.loads(bench_json.render(told()))

    assert document["primary"] == document["findings"][0]["code"]
    assert {"what", "why", "fix", "cause", "evidence", "severity", "verify"} <= document["findings"][0].keys()
    assert document["explanation"]["attribution"][0]["parts"]
    place = next(iter(document["findings"][0]["evidence"]))
    assert place.split(".")[0] in document


@pytest.mark.parametrize("format_", ["markdown", "html", "json", "text", "github", "junit"])
def test_a_series_is_shown_in_the_formats_of_a_report(format_: str) -> None:
    page = render(report_of(told()), format_)

    assert "BEN0" in page
    if format_ in ("markdown", "html"):
        assert "Where a step goes on cpu" in page
        assert "1 CPU thread" in page
        assert "What to change on cpu" in page


def test_the_terminal_shows_bars_in_columns() -> None:
    page = table.render(told(), width=120)

    assert "  loader         ####" in page
    assert "Why each came out as it did" in page


def test_an_interrupted_series_explains_what_there_is() -> None:
    assert explanation(told(replace(LADDER[7]))) == Explanation()
    assert told(LADDER[7]).primary is None


def test_what_is_explained_can_be_saved_and_read() -> None:
    made = told()

    assert msgspec.convert(msgspec.to_builtins(made), Series) == made
