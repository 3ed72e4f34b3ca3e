from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from msgspec.structs import replace

from envdoctor.compare.differences import compare
from envdoctor.compare.weights import LEFT_OUT, NO_RULE, TABLE, weight_of
from envdoctor.facts import Driver, Gpu, Memory, Snapshot, Torch, Unknown
from tests.machines_random import machines
from tests.machines_snapshots import GIB, HEALTHY, RTX_3090, gpu_machine

each = pytest.mark.parametrize("machine", [pytest.param(make(), id=name) for name, make in HEALTHY.items()])


def changed(**facts: Any) -> Snapshot:
    return replace(gpu_machine(), **facts)


def paths(a: Snapshot, b: Snapshot) -> list[str]:
    return [one.path for one in compare(a, b).differences]


@each
def test_a_machine_is_like_itself(machine: Snapshot) -> None:
    found = compare(machine, machine)

    assert found.same
    assert not found.ignored
    assert not found.not_compared
    assert sum(found.equal.values()) > 50


@each
def test_every_two_machines_differ_and_swapping_them_swaps_the_sides(machine: Snapshot) -> None:
    for make in HEALTHY.values():
        other = make()
        there, back = compare(machine, other), compare(other, machine)

        assert there.same is (machine == other)
        assert {(one.path, repr(one.a), repr(one.b)) for one in there.differences} == {
            (one.path, repr(one.b), repr(one.a)) for one in back.differences
        }


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        pytest.param({"torch": Torch("2.13.0", cuda="12.6")}, "torch.version", id="another torch"),
        pytest.param({"torch": None}, "torch", id="none"),
        pytest.param({"gpus": ()}, "gpus.0", id="a GPU is missing"),
        pytest.param({"gpus": (replace(RTX_3090, name="NVIDIA A10"),)}, "gpus.0.name", id="another GPU"),
        pytest.param({"driver": None}, "driver", id="no driver"),
        pytest.param({"environment": {"CUDA_VISIBLE_DEVICES": ""}}, "environment.CUDA_VISIBLE_DEVICES", id="variable"),
        pytest.param({"memory": Memory(1000 * GIB)}, "memory.total_bytes", id="more memory"),
    ],
)
def test_what_differs_is_named(facts: dict[str, Any], path: str) -> None:
    assert path in paths(gpu_machine(), changed(**facts))


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"gpus": (replace(RTX_3090, temperature_celsius=80, power_watts=340.0),)}, id="a hot GPU"),
        pytest.param({"gpus": (replace(RTX_3090, memory_used_bytes=20 * GIB),)}, id="a busy GPU"),
        pytest.param({"driver": Unknown("no answer in 10 s")}, id="nobody could tell"),
        pytest.param({"pythons": ()}, id="what is only looked at on request"),
    ],
)
def test_what_changes_by_itself_is_no_difference(facts: dict[str, Any]) -> None:
    assert compare(gpu_machine(), changed(**facts)).same


def test_what_one_side_could_not_tell_is_said_and_is_no_difference() -> None:
    found = compare(changed(driver=Unknown("wedged")), gpu_machine())

    [left] = found.not_compared
    assert (left.path, left.a, left.b) == ("driver", "wedged", None)


def test_nearly_the_same_size_is_the_same() -> None:
    assert compare(changed(memory=Memory(64 * GIB)), changed(memory=Memory(64 * GIB - 4096))).same
    assert not compare(changed(memory=Memory(64 * GIB)), changed(memory=Memory(60 * GIB))).same


def test_eight_gpus_that_differ_alike_are_one_line() -> None:
    def box(name: str) -> Snapshot:
        return changed(gpus=tuple(Gpu(index, name=name) for index in range(8)))

    [found] = compare(box("NVIDIA A100"), box("NVIDIA H100")).differences

    assert (found.path, found.count) == ("gpus.*.name", 8)
    assert (found.a, found.b) == ("NVIDIA A100", "NVIDIA H100")


def test_what_another_fact_says_is_not_said_again() -> None:
    before = changed(packages={"torch": "2.15.0"})
    after = changed(packages={"torch": "2.13.0"}, torch=Torch("2.13.0", cuda="12.6"))

    assert "packages.torch" not in paths(before, after)
    assert paths(before, changed(packages={"torch": "2.13.0"})) == ["packages.torch"]


def test_the_names_that_private_data_is_replaced_by_are_no_difference() -> None:
    a = changed(environment={"LD_LIBRARY_PATH": "/<folder-1>/lib:<file-3>"})
    b = changed(environment={"LD_LIBRARY_PATH": "/<folder-7>/lib:<file-12>"})

    assert compare(a, b).same
    assert not compare(a, changed(environment={"LD_LIBRARY_PATH": "/<folder-7>/lib64:<file-12>"})).same


def test_the_weightiest_comes_first() -> None:
    after = changed(torch=Torch("2.13.0"), environment={"LANG": "C"}, driver=Driver("535.183.01"))
    weights = [one.weight for one in compare(gpu_machine(), after).differences]

    assert weights == sorted(weights, reverse=True)
    assert weights[0] == 100


def test_speed_is_compared_where_both_were_measured() -> None:
    slow, fast = ({"name": "smoke", "device": "cpu", "verdict": "PASS", "images_per_second": n} for n in (100.0, 200.0))
    machine = gpu_machine()

    [found] = compare(machine, machine, measurements=((slow,), (fast,))).differences

    assert (found.path, found.a, found.b) == ("measurements.smoke cpu.images_per_second", 100.0, 200.0)
    assert compare(machine, machine, measurements=((slow,), ())).same


@settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(machines(), machines())
def test_any_two_machines_can_be_compared(a: Snapshot, b: Snapshot) -> None:
    found = compare(a, b)

    assert compare(a, a).same
    assert all(one.weight > 0 for one in found.differences)
    assert all(one.weight == 0 for one in found.ignored)


# --- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [name for name in Snapshot.__struct_fields__ if name not in LEFT_OUT])
def test_every_group_of_facts_has_a_row(group: str) -> None:
    assert weight_of(f"{group}.anything") != NO_RULE or weight_of(group) != NO_RULE


def test_the_rows_are_sensible() -> None:
    for pattern, weight, reason in TABLE:
        assert 0 <= weight <= 100
        assert reason[0].islower() or reason.startswith(("PyTorch", "WDDM", "WSL", "CUDA", "GPUs", "ROCm"))
        assert not reason.endswith(".")
        assert pattern.partition(".")[0].rstrip("*") in (*Snapshot.__struct_fields__, "measurements")


def test_no_row_is_hidden_by_an_earlier_one() -> None:
    for place, (pattern, _, _) in enumerate(TABLE):
        example = pattern.replace("*", "x")
        first = next(row for row, (other, _, _) in enumerate(TABLE) if weight_of(example) == TABLE[row][1:] and other)

        assert TABLE[first][1:] == TABLE[place][1:], f"{pattern} is hidden by {TABLE[first][0]}"


@pytest.mark.parametrize(
    ("heavier", "lighter"),
    [
        ("torch.version", "packages.numpy"),
        ("gpus.*.name", "driver.version"),
        ("driver.version", "host.kernel"),
        ("environment.CUDA_VISIBLE_DEVICES", "environment.LANG"),
        ("packages.numpy", "packages.requests"),
        ("packages.requests", "packages.pip"),
        ("python.version", "host.name"),
    ],
)
def test_the_order_is_what_people_expect(heavier: str, lighter: str) -> None:
    assert weight_of(heavier)[0] > weight_of(lighter)[0]
