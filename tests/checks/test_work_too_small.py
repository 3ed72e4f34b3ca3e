import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedCalls, ObservedRows
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed, on_gpu, parts

LOUD = OBSERVED["BEN009"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN009", observation=LOUD)

    assert "A step of 2 samples starts 210 operators" in found.what


def test_a_gpu_that_waits_for_the_next_kernel() -> None:
    [found] = findings("BEN009", observation=on_gpu(0.004, operators_per_step=1500))

    assert "the GPU works 4 ms of it, in 400 kernels" in found.what
    assert "80 % of a step" in found.fix.text


def test_without_a_loader_the_rows_that_layers_are_given_say_the_batch() -> None:
    [found] = findings("BEN009", observation=replace(LOUD, loader=None, rows=ObservedRows(1, 1)))

    assert "A step of 1 sample starts 210 operators" in found.what


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(
            replace(LOUD, reads=(ObservedCalls("train.py:9", per_step=70.0, seconds=0.1),)),
            id="operators that read values",
        ),
        pytest.param(replace(LOUD, loader=None, rows=ObservedRows(1, 64)), id="one row to one layer only"),
        pytest.param(on_gpu(0.018, operators_per_step=1500), id="a GPU that works nearly all the time"),
        pytest.param(on_gpu(None, operators_per_step=1500), id="nobody could ask the GPU"),
        pytest.param(on_gpu(0.004, operators_per_step=100), id="so few operators take no 20 ms to start"),
        pytest.param(
            on_gpu(0.004, operators_per_step=1500, parts=parts(forward=0.1, backward=0.1, loader=1.7)),
            id="a GPU that waits for data",
        ),
        pytest.param(SOUND, id="a batch of 64"),
        pytest.param(observed(step_seconds=LOUD.step_seconds), id="a fast step of 64"),
        pytest.param(observed(loader=LOUD.loader), id="a small batch of a large net"),
        pytest.param(replace(LOUD, operators_per_step=None), id="not counted"),
        pytest.param(replace(LOUD, loader=None), id="nobody knows the batch"),
        pytest.param(replace(LOUD, step_seconds=None), id="no times"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN009", observation=seen)
