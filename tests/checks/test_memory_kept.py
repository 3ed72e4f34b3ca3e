import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedMemory
from envdoctor.testing import findings
from tests.machines_observed import MEMORY, OBSERVED, SOUND, observed

LOUD = OBSERVED["BEN006"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN006", observation=LOUD)

    assert "1 tensors more are held, and 4 MB" in found.what


def test_names_a_chain_of_graphs_behind_one_tensor() -> None:
    chain = (replace(MEMORY[0], nodes=30), replace(MEMORY[1], nodes=930, resident=510_000_000))
    [found] = findings("BEN006", observation=observed(memory=chain))

    assert found.what == "With each step 9 operators of graphs more are held, and 0.1 MB."


def looks(*sizes: int, tensors: tuple[int, ...]) -> tuple[ObservedMemory, ...]:
    """Looks at the memory after every hundredth step."""
    pairs = enumerate(zip(sizes, tensors, strict=True))
    return tuple(replace(MEMORY[0], step=100 * at, resident=size, tensors=held) for at, (size, held) in pairs)


def test_growth_in_both_halves_of_the_time_is_a_leak() -> None:
    [found] = findings("BEN006", observation=observed(memory=looks(0, 4 * 10**7, 9 * 10**7, tensors=(40, 140, 240))))

    assert found.what == "With each step 1 tensors more are held, and 0.4 MB."


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(
            observed(memory=looks(0, 9 * 10**7, 9 * 10**7, 9 * 10**7, tensors=(40, 140, 140, 140))),
            id="states of an optimizer, made in the first steps",
        ),
        pytest.param(observed(memory=looks(0, 0, 9 * 10**7, tensors=(40, 40, 140))), id="a cache that is filled later"),
        pytest.param(SOUND, id="nothing is kept"),
        pytest.param(observed(memory=(MEMORY[0], replace(MEMORY[1], resident=10**9))), id="an allocator grows"),
        pytest.param(observed(memory=(MEMORY[0], replace(MEMORY[1], tensors=140))), id="a detached loss is kept"),
        pytest.param(replace(LOUD, memory=LOUD.memory[:1]), id="seen once"),
        pytest.param(
            replace(LOUD, kinds={"compile": 0.6}, shapes=4, compiled={"graphs": 9, "frames": 9}), id="code is compiled"
        ),
        pytest.param(
            observed(memory=(replace(MEMORY[0], nodes=40), replace(MEMORY[1], nodes=40, resident=10**9))),
            id="the same graph at each look",
        ),
        pytest.param(replace(LOUD, memory=(replace(LOUD.memory[0], step=105), LOUD.memory[1])), id="few steps between"),
        pytest.param(replace(LOUD, memory=(replace(LOUD.memory[0], resident=None), LOUD.memory[1])), id="no size"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN006", observation=seen)
