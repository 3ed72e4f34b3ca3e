import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedCpu
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, RANK, SOUND, observed

LOUD = OBSERVED["BEN030"]
EXCHANGE = tuple(replace(RANK, rank=at, forward_seconds=0.001, backward_seconds=0.018) for at in range(2))


def test_names_the_slow_process_and_the_one_that_waits() -> None:
    [found] = findings("BEN030", observation=LOUD)

    assert found.what.startswith("Process 1 spends 12 ms of each step on its loader, process 0 0.2 ms")
    assert "60 % of the time can be gained" in found.fix.text or "59 % of the time can be gained" in found.fix.text
    assert found.evidence["observation.ranks.1.loader_seconds"] == pytest.approx(0.012)


def test_names_the_exchange_of_gradients() -> None:
    [found] = findings("BEN030", observation=observed(ranks=EXCHANGE))

    assert found.what == "The backward pass of 2 processes takes 18 ms of a step of 20 ms, the forward pass 1 ms."
    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="one process"),
        pytest.param(replace(LOUD, ranks=LOUD.ranks[:1]), id="one process was seen"),
        pytest.param(observed(ranks=(RANK, replace(RANK, rank=1))), id="equal processes"),
        pytest.param(replace(LOUD, ranks=(LOUD.ranks[0], replace(LOUD.ranks[1], steps=3))), id="few steps of one"),
        pytest.param(
            replace(LOUD, ranks=(replace(LOUD.ranks[0], backward_seconds=0.006), LOUD.ranks[1])), id="nobody waits"
        ),
        pytest.param(
            observed(ranks=tuple(replace(RANK, rank=at, loader_seconds=0.012) for at in range(2))),
            id="all loaders are slow: that is no matter of processes",
        ),
        pytest.param(
            observed(ranks=tuple(replace(one, threads=2) for one in EXCHANGE), cpu=ObservedCpu(1.9, 0.0, 1.5)),
            id="too many threads: that is said elsewhere",
        ),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN030", observation=seen)
