"""Lines through memory, what is no room, how much may be taken, and a GPU that lends main memory."""

import importlib
from pathlib import Path
from typing import Any

import pytest

MIB = 1 << 20
GIB = 1 << 30


@pytest.fixture(scope="module")
def split() -> Any:
    return importlib.import_module("envdoctor.bench.worker.memory_split")


def rows(*sizes: int, **more: list[Any]) -> list[dict[str, Any]]:
    return [
        {"batch": 2**index, "peak_bytes": size, **{key: values[index] for key, values in more.items()}}
        for index, size in enumerate(sizes)
    ]


def test_a_line_predicts_the_last_and_the_largest(split: Any) -> None:
    found = split.line(rows(150, 200, 300, 500), "peak_bytes", 10_100)

    assert found["bytes_per_image"] == 50
    assert found["fixed_bytes"] == 100
    assert found["predicted_bytes"] == found["measured_bytes"] == 500
    assert found["prediction_error"] == 0
    assert found["largest_batch_predicted"] == 200


def test_an_error_of_the_prediction_is_stated(split: Any) -> None:
    assert split.line(rows(100, 200, 500), "peak_bytes", 0)["prediction_error"] == pytest.approx(-0.2)


@pytest.mark.parametrize("sizes", [(), (1,), (1, 2)])
def test_two_points_predict_nothing(split: Any, sizes: tuple[int, ...]) -> None:
    assert split.line(rows(*sizes), "peak_bytes", 10) == {}


def test_memory_that_does_not_grow_has_no_largest_batch(split: Any) -> None:
    assert split.line(rows(100, 100, 100), "peak_bytes", 10**9)["largest_batch_predicted"] is None


@pytest.mark.parametrize("largest", [1, 2, 17, 900, 1023])
def test_the_largest_batch_is_found_between_two(split: Any, largest: int) -> None:
    good = 1 << (largest.bit_length() - 1)
    bad, tries = 2 * good, 0
    while (middle := split.between(good, bad)) is not None:
        tries += 1
        good, bad = (middle, bad) if middle <= largest else (good, middle)

    assert good <= largest < bad
    assert bad - good <= max(1, good // 8) + 1
    assert tries <= 5


def spilling(**changed: list[Any]) -> list[dict[str, Any]]:
    """Return rows of a GPU with 8 GiB: torch's memory, what was free before, how much more was taken, seconds."""
    usual: dict[str, list[Any]] = {
        "reserved_bytes": [1 * GIB, 2 * GIB, 4 * GIB, 7 * GIB],
        "free_before_bytes": [7 * GIB, 6 * GIB, 5 * GIB, 3 * GIB],
        "grew_bytes": [1 * GIB, 1 * GIB, 2 * GIB, 3 * GIB],
        "used_bytes": [2 * GIB, 3 * GIB, 5 * GIB, 7 * GIB + 900 * MIB],
        "seconds": [0.1, 0.2, 0.4, 0.8],
    }
    return rows(1, 2, 3, 4, **{**usual, **changed})


@pytest.mark.parametrize(
    ("changed", "batch", "word"),
    [
        pytest.param(
            {"reserved_bytes": [GIB, 2 * GIB, 4 * GIB, 9 * GIB]}, 8, "the GPU has 8192", id="more than it has"
        ),
        pytest.param({"grew_bytes": [GIB, GIB, 6 * GIB, GIB]}, 4, "were given when 5120 were free", id="not free"),
        pytest.param({"seconds": [0.1, 0.2, 0.4, 9.0]}, 8, "times as long", id="slow since it is full"),
    ],
)
def test_lent_memory_is_recognised(split: Any, changed: dict[str, list[Any]], batch: int, word: str) -> None:
    found = split.spill(spilling(**changed), 8 * GIB)

    assert found["spilled_at_batch"] == batch
    assert word in found["spill_reason"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="it fits"),
        pytest.param({"seconds": [0.1, 0.2, 9.0, 0.8]}, id="slow, but with room"),
        pytest.param({"seconds": [9.0, 0.2, 0.4, 0.8]}, id="the first one was slow"),
        pytest.param({"grew_bytes": [GIB, GIB, 5 * GIB + 10 * MIB, GIB]}, id="a driver's account is a little off"),
        pytest.param(dict.fromkeys(("reserved_bytes", "free_before_bytes", "used_bytes"), [None] * 4), id="untold"),
        pytest.param({"seconds": [0.0, 0.0, 0.0, 0.0]}, id="no time"),
    ],
)
def test_own_memory_is_no_spill(split: Any, changed: dict[str, list[Any]]) -> None:
    assert split.spill(spilling(**changed), 8 * GIB) == {"spilled_at_batch": None}


@pytest.mark.parametrize(
    ("error", "is_room"),
    [
        pytest.param(RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"), True, id="GPU"),
        pytest.param(
            RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory"),
            True, id="CPU",
        ),
        pytest.param(RuntimeError("DefaultCPUAllocator: not enough memory: you tried"), True, id="Windows"),
        pytest.param(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"), True, id="cuBLAS"),
        pytest.param(MemoryError(), True, id="Python"),
        pytest.param(RuntimeError("CUDA error: an illegal memory access was encountered"), False, id="a bug"),
        pytest.param(RuntimeError("expected memory format channels_last"), False, id="a layout"),
    ],
)  # fmt: skip
def test_want_of_memory_is_told_from_others(split: Any, error: Exception, is_room: bool) -> None:
    assert split.no_room(error) == is_room


def test_a_control_group_grants_less_than_the_machine_has(split: Any, tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 200000 kB\nMemAvailable: 100000 kB\n", encoding="ascii")
    files = {
        "memory.max": "90000000\n",
        "memory.current": "60000000\n",
        "memory.stat": "anon 5\ninactive_file 1000000\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="ascii")

    assert split.free_memory(meminfo, tmp_path) == 31_000_000
    (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
    assert split.free_memory(meminfo, tmp_path) == 100_000 << 10
    assert split.free_memory(tmp_path / "none", tmp_path) == GIB


def test_the_older_control_groups(split: Any, tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    folder.mkdir()
    files = {"limit_in_bytes": "5000", "usage_in_bytes": "4000"}
    for name, text in files.items():
        (folder / f"memory.{name}").write_text(text, encoding="ascii")
    (folder / "memory.stat").write_text("cache 1\ntotal_inactive_file 500\n", encoding="ascii")

    assert split.free_memory(tmp_path / "none", tmp_path) == 1500
    (folder / "memory.limit_in_bytes").write_text("9223372036854771712", encoding="ascii")
    assert split.free_memory(tmp_path / "none", tmp_path) == GIB
