"""Levels, energy and curves out of samples."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.bench.usage import POINTS, Row, Sampled, Usage, energy, usage_of

LOST = {"unknown": "GPU is lost"}


def rows(name: str, *values: object, every: float = 0.5, start: float = 100.0) -> list[Row]:
    return [(start + every * index, {name: value}) for index, value in enumerate(values)]


def joules(rows: list[Row], *spans: tuple[float, float]) -> float:
    found, by = energy(rows, spans)
    assert by == "power"
    assert found is not None
    return found


def sampled(host: list[Row] | None = None, gpu: Sequence[Row] | None = None, **more: object) -> Sampled:
    return msgspec.structs.replace(
        Sampled(began=100.0, ended=110.0, interval=0.5, host=host or [], gpu=gpu or [], gpu_asked=gpu is not None),
        **more,
    )


def test_a_level_is_mean_median_p95_and_extremes() -> None:
    level = usage_of(sampled(rows("cpu_percent", 10, 20, 30, 100))).levels["cpu_percent"]

    assert level is not None
    assert (level.n, level.mean, level.median, level.p95, level.maximum) == (4, 40, 25, 100, 100)


@pytest.mark.parametrize(
    ("values", "is_there", "reason"),
    [
        pytest.param((None, None), True, None, id="no such reading"),
        pytest.param((LOST, LOST), False, "GPU is lost", id="could not be read"),
        pytest.param((None, LOST), False, "GPU is lost", id="not told, then lost"),
        pytest.param((True,), True, None, id="no number"),
    ],
)
def test_three_answers(values: tuple[object, ...], is_there: bool, reason: str | None) -> None:
    found = usage_of(sampled(gpu=rows("power_watts", *values)))

    assert ("power_watts" in found.levels) == is_there
    assert found.levels.get("power_watts") is None
    assert found.unknown.get("power_watts") == reason


def test_what_came_before_a_fault_is_kept_and_the_fault_is_told() -> None:
    found = usage_of(sampled(gpu=rows("power_watts", 100.0, 200.0, LOST), gpu_problem="NVML does not answer in x"))

    assert found.levels["power_watts"].mean == 150  # type: ignore[union-attr]
    assert found.unknown == {"power_watts": "GPU is lost", "gpu": "NVML does not answer in x"}


def test_without_a_gpu_nothing_is_said_of_one() -> None:
    assert usage_of(sampled(rows("cpu_percent", 1.0))).unknown == {}


def test_only_windows_count_where_samples_fall_into_them() -> None:
    # A sample stands for the half second before it.
    host = rows("cpu_percent", 90, 10, 90, 10, 90, 10)
    found = usage_of(sampled(host), spans=[(100.0, 100.5), (101.0, 101.5), (102.0, 102.5)])

    assert found.covers == "windows"
    assert found.levels["cpu_percent"].mean == 10  # type: ignore[union-attr]
    assert found.samples == 6


def test_where_windows_are_shorter_than_samples_the_whole_experiment_counts() -> None:
    found = usage_of(sampled(rows("cpu_percent", 90, 10)), spans=[(100.02, 100.1)], images=100)

    assert found.covers == "experiment"
    assert found.levels["cpu_percent"].mean == 50  # type: ignore[union-attr]
    assert found.energy_joules_per_image is None


def test_a_steady_counter_is_read_between_samples() -> None:
    counted = rows("energy_joules", *(1000.0 + 50 * index for index in range(10)))  # 100 W

    found, by = energy(counted, [(101.25, 101.75), (103.0, 103.5)])

    assert found == pytest.approx(100.0)
    assert by == "counter"


def test_power_is_integrated_where_there_is_no_counter() -> None:
    power: list[Row] = [
        (at, {**row, "energy_joules": None}) for at, row in rows("power_watts", *[100.0] * 4, *[300.0] * 4)
    ]

    assert joules(power, (100.0, 101.5)) == pytest.approx(150.0)
    assert joules(power, (102.0, 103.0)) == pytest.approx(300.0)
    # Across the jump: 1.5 s at 100, half a second between them, 1.5 s at 300.
    assert joules(power, (100.0, 103.5)) == pytest.approx(150 + 100 + 450)


@pytest.mark.parametrize(
    ("made", "spans"),
    [
        pytest.param([], [(100.0, 101.0)], id="no samples"),
        pytest.param(rows("power_watts", 100.0), [(100.0, 101.0)], id="one sample"),
        pytest.param(rows("power_watts", None, None), [(100.0, 100.5)], id="no such reading"),
        pytest.param(rows("power_watts", 100.0, 100.0), [(100.0, 105.0)], id="samples end too early"),
        pytest.param(rows("power_watts", 100.0, 100.0), [(90.0, 100.5)], id="samples begin too late"),
        pytest.param(rows("power_watts", 100.0, 100.0), [], id="nothing to cover"),
        pytest.param(rows("power_watts", 1.0, 1.0), [(100.0, 100.5), (200.0, 201.0)], id="one of two is not reached"),
    ],
)
def test_energy_is_not_guessed(made: list[Row], spans: list[tuple[float, float]]) -> None:
    assert energy(made, spans) == (None, None)


def test_a_counter_that_went_back_is_not_believed() -> None:
    made: list[Row] = [(at, {"energy_joules": 100.0 - at, "power_watts": 10.0}) for at in (100.0, 100.5, 101.0)]

    assert joules(made, (100.0, 101.0)) == pytest.approx(10.0)


def test_energy_of_an_image_is_that_of_the_windows() -> None:
    gpu = rows("power_watts", *[200.0] * 12)
    host = rows("cpu_percent", *[50.0] * 12)
    found = usage_of(sampled(host, gpu), spans=[(101.0, 102.0), (103.0, 104.0)], images=1000)

    assert found.energy_joules == pytest.approx(400.0)
    assert found.energy_joules_per_image == pytest.approx(0.4)


def test_throttling_is_a_share_of_the_samples() -> None:
    gpu = rows("held_down_by", ["power cap"], ["power cap", "heat (driver)"], [], None, LOST)

    assert usage_of(sampled(gpu=gpu)).held_down_by == {"power cap": 0.667, "heat (driver)": 0.333}


def test_each_cpu_has_its_mean() -> None:
    host = rows("cpu_cores_percent", [0.0, 100.0], [50.0, 100.0], [1.0, 2.0, 3.0])

    assert usage_of(sampled(host)).cores == (25.0, 100.0)


def test_curves_are_means_of_equal_stretches() -> None:
    found = usage_of(sampled(rows("cpu_percent", *range(200), every=0.05, start=100.01)))

    assert len(found.times) == POINTS
    assert found.curves["cpu_percent"][0] == 0.5
    assert found.times[0] == 0.05
    assert found.times[-1] == 9.95


def test_a_gap_in_a_curve_stays_one() -> None:
    gpu: list[Row] = [(100.5, {"gpu_percent": 10}), (109.5, {"gpu_percent": 20})]
    found = usage_of(sampled(rows("cpu_percent", *[1.0] * 10, every=1.0), gpu))

    assert found.curves["gpu_percent"] == (10.0, *(None,) * 8, 20.0)


readings = st.one_of(
    st.none(), st.booleans(), st.integers(0, 10**12), st.floats(0, 1e9), st.just(LOST), st.lists(st.text(max_size=3))
)
hostile = st.lists(
    st.tuples(
        st.floats(95, 120),
        st.dictionaries(
            st.sampled_from(["power_watts", "energy_joules", "held_down_by", "gpu_percent", "x"]), readings
        ),
    ),
    max_size=30,
)


@given(hostile, st.lists(st.tuples(st.floats(95, 120), st.floats(0, 5)), max_size=4))
def test_any_samples_make_a_bounded_result_that_json_can_hold(
    made: list[Row], parts: list[tuple[float, float]]
) -> None:
    spans = [(begin, begin + length) for begin, length in parts]
    found = usage_of(sampled([], made, gpu_problem="x"), spans, 10)
    again = msgspec.json.decode(msgspec.json.encode(found), type=Usage)

    assert again == found
    assert all(len(curve) == len(found.times) <= POINTS for curve in found.curves.values())
