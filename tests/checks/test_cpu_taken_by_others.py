import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedCpu
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, SOUND, observed

LOUD = OBSERVED["BEN008"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN008", observation=LOUD)

    assert "use 0.9 of 2 CPUs" in found.what


def test_processes_that_the_script_started_beside_its_training() -> None:
    [found] = findings("BEN008", observation=observed(cpu=ObservedCpu(1.1, 0.0, 0.9, children=0.9)))

    assert found.what.startswith("Other processes that the script has started use 0.9 of 2 CPUs")


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(observed(cpu=ObservedCpu(1.9, 0.0, 0.9, children=0.1)), id="processes that do little"),
        pytest.param(SOUND, id="alone"),
        pytest.param(observed(cpu=ObservedCpu(1.1, 0.9, 0.0)), id="nobody waits"),
        pytest.param(observed(cpu=ObservedCpu(1.9, 0.1, 0.9)), id="too many threads of its own"),
        pytest.param(observed(cpu=ObservedCpu(0.5, 0.9, 0.7)), id="idle CPUs"),
        pytest.param(observed(cpu=None), id="not counted"),
        pytest.param(replace(LOUD, cpus=None), id="nobody knows the CPUs"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN008", observation=seen)
