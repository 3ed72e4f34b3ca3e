"""The worker's kinds `fit` and `crossover`: what they tell, from real steps that are few and short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from envdoctor.bench.crossover import crossover as map_of
from envdoctor.bench.fit import fit_of
from envdoctor.measurements import Measured

torch = pytest.importorskip("torch")
REQUEST = {"device": "cpu", "seed": 0, "settings": {"net": "textbook", "threads": 2}}


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def made(name: str, values: dict[str, Any]) -> Measured:
    return Measured(name=name, group=name.partition(".")[0], device="cpu", verdict="DONE", values=values)


def test_a_fit_tells_a_row_for_each_round_and_gives_a_line() -> None:
    from envdoctor.bench.worker.fit import fit  # noqa: PLC0415  # needs torch

    told: list[dict[str, Any]] = []
    fit(REQUEST, lambda **said: told.append(said["values"]), batches=(1, 8, 64), rounds=3, seconds=0.002)
    values = told[-1]

    assert len(told) == 3
    assert [len(row) for row in values["cpu_rounds"]] == [3, 3, 3]
    assert values["parameters"] == 62_006
    assert values["operators_per_step"] > 100
    assert 0 < values["dispatch_seconds"] < 1e-3
    line = fit_of(made("fit.textbook", values))
    assert line is None or line.fixed.value > 0


@pytest.mark.slow
def test_a_map_has_each_net_batch_and_number_of_threads() -> None:
    from envdoctor.bench.worker.crossover import crossover  # noqa: PLC0415  # needs torch

    told: list[dict[str, Any]] = []
    crossover(REQUEST, lambda **said: told.append(said["values"]), batches=(1, 4), rounds=2, seconds=0.001)
    cells = told[-1]["cells"]
    found = map_of((made("crossover.map", told[-1]),))

    assert {(cell["net"], cell["batch"], cell["threads"]) for cell in cells} == {
        (net, batch, threads) for net in ("textbook", "wide", "wider") for batch in (1, 4) for threads in (1, 2)
    }
    assert all(len(cell["seconds_per_image"]) == 2 for cell in cells)
    assert found is not None
    assert found.said[0].startswith("Your model of 62,006 parameters at batch 4 is on ")


def test_one_thread_by_default_is_tried_against_all_cpus() -> None:
    from envdoctor.bench.worker.crossover import thread_counts  # noqa: PLC0415  # needs torch
    from envdoctor.bench.worker.machine import cpus  # noqa: PLC0415  # same

    assert thread_counts(1) == tuple(sorted({1, cpus() or 1}))
    assert thread_counts(6) == (1, 6)
