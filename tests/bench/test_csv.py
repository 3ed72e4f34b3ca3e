"""The columns of the CSV: their order is a promise, and an empty cell was not measured."""

import csv as reader
import io

import msgspec
import pytest

from envdoctor.bench import csv, table
from envdoctor.bench.measurement import Data, Statistics
from envdoctor.bench.result import Result, Series, Training, Window
from envdoctor.bench.usage import Usage

FIRST = """
    experiment device device_name result reason changes synthetic batch threads images_per_second seconds_per_epoch
    step_mean_seconds step_median_seconds step_p95_seconds steps first_step_seconds cpu_seconds_per_image ratio_median
    ratio_low ratio_high verdict epochs train_seconds train_cpu_seconds train_loss test_loss accuracy host_peak_bytes
    device_peak_bytes cpu_share_before cpu_share_after load_before load_after round_spread validation_loss
    validation_accuracy class_accuracy_min class_accuracy_max cpu_percent_mean cpu_percent_median cpu_percent_p95
    cpu_percent_max cpu_core_percent_max worker_cpus_mean worker_cpus_max host_memory_used_bytes_max
    gpu_utilisation_mean gpu_utilisation_median gpu_utilisation_p95 gpu_utilisation_max gpu_memory_utilisation_mean
    gpu_memory_utilisation_max gpu_memory_used_bytes_max power_watts_mean power_watts_p95 power_watts_max
    energy_joules_per_epoch temperature_celsius_mean temperature_celsius_max clock_mhz_mean clock_mhz_min
    throttle_reasons samples samples_of
""".split()  # noqa: SIM905  # a list of one word a line would be longer

BARE = Result(name="ladder.x", group="ladder", device="cuda:0", verdict="DONE")
LEVEL = Statistics(4, 50.0, 40.0, 90.0, 10.0, 95.0)
DATA = Data(
    kind="official", synthetic=False, train=50_000, test=10_000, train_available=50_000, test_available=10_000,
    classes=10, seed=0,
)  # fmt: skip


def row(result: Result) -> dict[str, str]:
    series = Series(preset="quick", python="python", verdict="PASS", reason="", measurements=(result,))
    [found] = reader.DictReader(io.StringIO(csv.render(series)))
    return found


def with_usage(**more: object) -> Result:
    usage = Usage(interval_seconds=0.25, samples=9, covers="windows")
    return msgspec.structs.replace(BARE, data=DATA, usage=msgspec.structs.replace(usage, **more))


def test_columns_keep_their_names_and_order() -> None:
    assert list(csv.COLUMNS)[: len(FIRST)] == FIRST


def test_what_was_not_measured_is_empty() -> None:
    found = row(BARE)

    assert {name for name, cell in found.items() if cell} == {"experiment", "device", "result"}


def test_levels_stand_in_their_columns() -> None:
    found = row(
        with_usage(levels={"gpu_percent": LEVEL, "power_watts": LEVEL, "clock_mhz": LEVEL, "cpu_percent": LEVEL})
    )

    assert [found[f"gpu_utilisation_{name}"] for name in ("mean", "median", "p95", "max")] == ["50", "40", "90", "95"]
    assert found["clock_mhz_min"] == "10"
    assert found["cpu_percent_median"] == "40"
    assert found["samples"] == "9"
    assert found["samples_of"] == "windows"
    assert found["throttle_reasons"] == "none"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"levels": {"power_watts": None}}, id="no such reading"),
        pytest.param({"unknown": {"power_watts": "GPU is lost"}}, id="could not be read"),
    ],
)
def test_a_reading_that_is_not_there_is_no_zero(more: dict[str, object]) -> None:
    found = row(with_usage(**more))

    assert found["power_watts_mean"] == ""
    assert found["energy_joules_per_epoch"] == ""
    assert found["throttle_reasons"] == ""


def test_energy_is_projected_to_an_epoch() -> None:
    assert row(with_usage(energy_joules_per_image=0.002))["energy_joules_per_epoch"] == "100"


def test_accuracies_of_classes_and_of_images_held_back() -> None:
    training = Training(
        epochs=2.0, steps=10, seconds=1.0, cpu_seconds=1.0, prepare_seconds=0.0, train_loss=(2.0, 1.5), test_loss=1.6,
        correct=5, tested=10, accuracy=0.5, class_accuracy={"cat": 0.25, "ship": 0.75},
        validation_loss=(1.9, 1.7), validation_accuracy=(0.4, 0.45),
    )  # fmt: skip
    found = row(msgspec.structs.replace(BARE, training=training))

    assert (found["class_accuracy_min"], found["class_accuracy_max"]) == ("0.25", "0.75")
    assert (found["validation_loss"], found["validation_accuracy"]) == ("1.7", "0.45")


def test_the_spread_of_rounds_is_that_of_this_side() -> None:
    windows = tuple(
        Window(side=side, round=0, steps=1, images=100, seconds=seconds, cpu_seconds=0.1, step=(seconds,))
        for side, seconds in (("this", 1.0), ("reference", 9.0), ("this", 2.0), ("this", 1.0))
    )

    assert row(msgspec.structs.replace(BARE, windows=windows))["round_spread"] == "0.5"


def test_the_text_says_what_was_sampled_and_what_could_not_be() -> None:
    said = table.meanwhile(
        with_usage(
            levels={"gpu_percent": LEVEL, "power_watts": None},
            held_down_by={"power cap": 0.5},
            unknown={"temperature_celsius": "Insufficient Permissions"},
            energy_joules_per_image=0.002,
        )
    )

    assert said == (
        "GPU 50 % (95); clocks held low: power cap 50%; 100 J per epoch; "
        "not read: temperature_celsius: Insufficient Permissions"
    )
    assert table.meanwhile(BARE) == ""
