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


UNEVEN = (
    replace(RANK, rank=0, forward_seconds=0.003, backward_seconds=0.015),
    replace(RANK, rank=1, forward_seconds=0.006, backward_seconds=0.012),
)


def test_names_the_process_that_has_most_to_compute() -> None:
    [found] = findings("BEN030", observation=observed(ranks=UNEVEN))

    assert found.what.startswith("Process 1 computes forward for 6 ms of each step, process 0 for 3 ms, and waits")
    assert "of the time can be gained" in found.fix.text


def test_pytorchs_own_account_of_the_exchange_agrees() -> None:
    ranks = tuple(
        replace(RANK, rank=at, forward_seconds=0.003, backward_seconds=0.016, exchange_seconds=0.01) for at in range(2)
    )

    assert findings("BEN030", observation=observed(ranks=ranks))


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(
            observed(ranks=tuple(replace(one, forward_seconds=0.0) for one in UNEVEN)), id="no forward pass was seen"
        ),
        pytest.param(
            observed(ranks=(UNEVEN[0], replace(UNEVEN[1], backward_seconds=0.03))),
            id="its backward is longer, too",
        ),
        pytest.param(
            observed(ranks=(UNEVEN[0], replace(UNEVEN[1], forward_seconds=0.004))), id="a little more to compute"
        ),
        pytest.param(
            observed(
                ranks=tuple(
                    replace(RANK, rank=at, forward_seconds=0.003, backward_seconds=0.016, exchange_seconds=0.001)
                    for at in range(2)
                )
            ),
            id="the exchange is short by PyTorch's account",
        ),
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
