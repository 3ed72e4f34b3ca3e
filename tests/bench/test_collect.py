from typing import Any

import pytest

from envdoctor.bench.collect import measurement_of, no_gpu_found
from envdoctor.bench.measurement import Measurement, to_builtins
from envdoctor.facts import Failure


def test_a_sound_device_passes(measurement: Measurement) -> None:
    assert measurement.verdict == "PASS"
    assert measurement.reason == "loss falls; beats chance; agrees with cpu float64"
    assert measurement.seconds == 9.0


def test_the_rate_comes_from_the_whole_time(measurement: Measurement) -> None:
    # 20 steps of 128 images in 0.95 s: what passes between steps counts.
    assert measurement.images_per_second == pytest.approx(20 * 128 / 0.95)
    assert measurement.statistics is not None
    assert measurement.statistics.mean == pytest.approx(0.045)


@pytest.mark.parametrize(
    ("part", "change", "word"),
    [
        pytest.param("training", {"loss": [2.3] * 21}, "loss falls", id="nothing learnt"),
        pytest.param("training", {"loss": [2.3, float("nan")] * 10}, "not a finite number", id="NaN"),
        pytest.param("test", {"correct": 210}, "beats chance", id="guesses"),
    ],
)
def test_a_rule_that_does_not_hold_is_the_reason(
    told: dict[str, Any], part: str, change: dict[str, Any], word: str
) -> None:
    told[part].update(change)
    found = measurement_of("cpu", told, {}, None)

    assert found.verdict == "FAIL"
    assert word in found.reason


def test_wrong_arithmetic_is_the_reason(told: dict[str, Any]) -> None:
    told["agreement"][0]["backward"] = 0.02

    assert "agrees with cpu float64: no" in measurement_of("cpu", told, {}, None).reason


def test_a_death_wins_over_what_was_measured_before(told: dict[str, Any]) -> None:
    found = measurement_of("cpu", told, {}, Failure("signal", "test on cpu", "SIGKILL"))

    assert found.verdict == "FAIL"
    assert "'test on cpu': SIGKILL" in found.reason
    assert "out of memory" in found.reason
    assert found.images_per_second is not None


@pytest.mark.parametrize("gone", ["training", "test", "agreement"])
def test_a_part_that_is_missing_is_no_pass(told: dict[str, Any], gone: str) -> None:
    del told[gone]

    assert measurement_of("cpu", told, {}, None).verdict == "FAIL"


def test_nothing_at_all_is_no_pass() -> None:
    assert measurement_of("cpu", {}, {}, None).verdict == "FAIL"


@pytest.mark.parametrize(
    ("load", "cpu_seconds", "busy"),
    [
        pytest.param(0.2, 1.8, False, id="quiet"),
        pytest.param(3.0, 0.5, True, id="others were there and took them"),
        pytest.param(3.0, 1.8, False, id="a load that has gone"),
        pytest.param(0.2, 0.9, False, id="a net that cannot fill the CPUs"),
        pytest.param(None, 0.5, None, id="nobody counts the load"),
    ],
)
def test_a_busy_machine_is_told_from_a_quiet_one(
    told: dict[str, Any], load: float | None, cpu_seconds: float, *, busy: bool | None
) -> None:
    told["load_before"] = load
    told["training"]["cpu_seconds"] = cpu_seconds

    assert measurement_of("cpu", told, {}, None).busy is busy


def test_a_fail_on_a_busy_machine_says_so(told: dict[str, Any]) -> None:
    told["load_before"] = 5.0
    told["training"]["cpu_seconds"] = 0.4
    told["test"]["correct"] = 210

    assert "left time for 21 steps: run it again" in measurement_of("cpu", told, {}, None).reason


def test_a_gpu_that_is_not_there_is_a_fail_with_torchs_words() -> None:
    found = no_gpu_found({"no_gpu": "this torch is a CPU build"})

    assert (found.verdict, found.device) == ("FAIL", "cuda")
    assert "this torch is a CPU build" in found.reason


def test_builtins_hold_no_number_that_json_lacks(told: dict[str, Any]) -> None:
    told["training"]["loss"][3] = float("nan")
    told["agreement"][0]["forward"] = float("inf")
    built = to_builtins(measurement_of("cpu", told, {}, None))

    assert built["loss"][3] is None
    assert built["agreement"][0]["forward"] is None
