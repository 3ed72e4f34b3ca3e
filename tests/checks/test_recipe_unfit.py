from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.findings import Severity
from envdoctor.observation import Observation, ObservedLoader, ObservedOptimizer, ObservedRows
from envdoctor.testing import findings
from tests.machines_observed import MEMORY, OBSERVED, SOUND, observed

LOUD = OBSERVED["BEN012"]
STILL = tuple(2.302 - 0.0001 * at for at in range(60))
"""Losses of a net that hardly moves."""


def slow(batch: int = 512, lr: float = 0.001, momentum: float | None = 0.9, **more: Any) -> Observation:
    """A net whose learning rate was not raised with its batch."""
    optimizer = ObservedOptimizer(name="SGD", lr=lr, momentum=momentum)
    return observed(**{"loader": ObservedLoader(batch=batch), "optimizer": optimizer, "losses": STILL} | more)


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN012", observation=LOUD)

    assert "The loss does not fall with lr 0.05" in found.what


def test_batch_norm_over_two_samples() -> None:
    [found] = findings("BEN012", observation=observed(loader=ObservedLoader(batch=2)))

    assert found.what == "Batch norm learns from batches of 2."


def test_losses_that_are_no_numbers_are_a_failure() -> None:
    [found] = findings("BEN012", observation=observed(bad_losses=50, losses=()))

    assert found.severity is Severity.ERROR


def test_a_rate_that_was_not_raised_with_the_batch() -> None:
    [found] = findings("BEN012", observation=slow())

    assert "lr 0.001 with batches of 512 is about 200 times smaller than usual" in found.what
    assert found.confidence == "likely"


def test_without_a_loader_the_rows_that_layers_are_given_say_the_batch() -> None:
    [found] = findings("BEN012", observation=slow(loader=None, rows=ObservedRows(512, 4096)))
    [norm] = findings("BEN012", observation=observed(loader=None, rows=ObservedRows(2, 2)))

    assert "with batches of 512" in found.what
    assert norm.what == "Batch norm learns from batches of 2."


def test_losses_that_scatter_around_where_they_began_stand_still() -> None:
    losses = tuple(9.0 + 0.4 * (at % 3 - 1) for at in range(60))

    assert findings("BEN012", observation=slow(losses=(9.4, 9.4, 9.4, *losses)))


def test_a_loss_that_shot_up_and_came_back_to_its_beginning() -> None:
    optimizer = ObservedOptimizer(name="Adam", lr=1.0)
    [found] = findings("BEN012", observation=observed(losses=(1.39, 874.0, 40.0, *(1.3,) * 57), optimizer=optimizer))

    assert "The loss does not fall with lr 1: 1.39 first, 1.3 last" in found.what


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="the loss falls"),
        pytest.param(observed(losses=(2.3,) * 60), id="nothing to learn, at a usual rate"),
        pytest.param(observed(losses=(2.3, 9.9, 2.2, 2.1)), id="too few losses"),
        pytest.param(observed(losses=()), id="no losses"),
        pytest.param(observed(bad_losses=1), id="one by chance"),
        pytest.param(observed(amp="cpu float16", bad_losses=50), id="autocast's business"),
        pytest.param(
            observed(loader=ObservedLoader(batch=2), memory=(replace(MEMORY[0], batch_norms=0),)), id="no batch norm"
        ),
        pytest.param(observed(loader=ObservedLoader(batch=16)), id="a batch of 16"),
        pytest.param(
            observed(loader=ObservedLoader(batch=1), memory=(), losses=(0.1, 0.2, 0.1, *(2.5, 0.3, 0.9) * 19)),
            id="losses of single samples are chance",
        ),
        pytest.param(
            observed(losses=(1.39, 3.0, 1.2, *(0.4,) * 57), optimizer=ObservedOptimizer(name="Adam", lr=0.05)),
            id="a large rate that learns",
        ),
        pytest.param(slow(batch=64), id="a small batch"),
        pytest.param(slow(batch=256), id="a rate a hundred times too small: it may be meant so"),
        pytest.param(slow(loader=None, rows=ObservedRows(1, 4096)), id="one row to some layer: the batch is not known"),
        pytest.param(observed(loader=None, rows=ObservedRows(2, 64)), id="two rows to one layer only"),
        pytest.param(slow(lr=0.05), id="a rate that goes with the batch"),
        pytest.param(slow(losses=SOUND.losses), id="a small rate that suffices"),
        pytest.param(slow(losses=(2.3,) * 4 + (1.9,) * 56), id="a small rate that sufficed at once"),
        pytest.param(slow(losses=STILL[:8]), id="too few losses at a small rate"),
        pytest.param(slow(optimizer=ObservedOptimizer(name="Adam", lr=0.0001)), id="Adam goes by other rates"),
        pytest.param(slow(optimizer=ObservedOptimizer(name="SGD")), id="an unknown rate"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN012", observation=seen)
