import pytest
from msgspec.structs import replace

from envdoctor.observation import Observation, ObservedCpu, StepTimes
from envdoctor.testing import findings
from tests.machines_observed import OBSERVED, RANK, SOUND, observed, trial

LOUD = OBSERVED["BEN007"]


def test_names_it_with_its_numbers() -> None:
    [found] = findings("BEN007", observation=LOUD)

    assert "32 threads compute on 2 CPUs; with 2 a step takes 40 %" in found.what


def test_a_single_thread_may_be_an_accident() -> None:
    [found] = findings("BEN007", observation=observed(threads=1, trials=(trial(0.6, before=1, to=2),)))

    assert found.what.startswith("1 thread computes on 2 CPUs; with 2 a step takes 60 %")
    assert "One thread leaves CPUs idle" in found.why


CROWDED = observed(
    ranks=tuple(replace(RANK, rank=at, threads=2) for at in range(2)), cpu=ObservedCpu(own=1.9, others=0.0, waiting=1.2)
)


def test_processes_that_train_together_with_too_many_threads() -> None:
    [found] = findings("BEN007", observation=CROWDED)

    assert found.what.startswith("2 processes compute with 4 threads in all on 2 CPUs; 1.2 threads of one of them")
    assert found.fix.commands == ("export OMP_NUM_THREADS=1",)


NEEDED = replace(SOUND, trials=(), operators_per_step=100)
MANY = replace(NEEDED, threads=8, cpu=ObservedCpu(own=1.9, others=0.0, waiting=3.0))
LARGE = replace(NEEDED, threads=1, step_seconds=StepTimes(100, 0.2, 0.2, 0.2, 0.2, 0.2), cpu=ObservedCpu(1.0, 0.1))


def test_a_script_that_ended_by_itself_had_too_many_threads() -> None:
    [found] = findings("BEN007", observation=MANY)

    assert found.what == "8 threads compute on 2 CPUs; 3 of them stand ready and wait."
    assert found.confidence == "likely"


def test_a_script_that_ended_by_itself_had_one_thread_for_large_operators() -> None:
    [found] = findings("BEN007", observation=LARGE)

    assert found.what.startswith("1 thread computes on 2 CPUs; large operators take ")
    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(SOUND, id="no trial"),
        pytest.param(replace(MANY, threads=2), id="as many threads as CPUs"),
        pytest.param(replace(MANY, cpu=ObservedCpu(1.0, 0.9, 3.0)), id="somebody else takes the CPUs"),
        pytest.param(replace(MANY, cpu=ObservedCpu(1.9, 0.0, 0.1)), id="many threads that do not wait"),
        pytest.param(replace(MANY, cpu=None), id="nobody counted"),
        pytest.param(replace(MANY, trials=(trial(1.0, before=8, to=2),)), id="the trial found nothing"),
        pytest.param(replace(LARGE, operators_per_step=10_000), id="small operators"),
        pytest.param(replace(LARGE, operators_per_step=None), id="nobody counted operators"),
        pytest.param(replace(LARGE, cpus=1), id="there is one CPU"),
        pytest.param(replace(LARGE, cpu=ObservedCpu(1.0, 0.9)), id="the other CPU is taken"),
        pytest.param(replace(LARGE, cpu=ObservedCpu(1.9, 0.0)), id="workers use the other CPU"),
        pytest.param(replace(LARGE, threads=2), id="two threads"),
        pytest.param(observed(trials=(trial(0.2, before=2, to=1),)), id="a busy machine makes one thread faster"),
        pytest.param(observed(threads=1, trials=(trial(0.97, before=1, to=2),)), id="one thread is enough"),
        pytest.param(observed(threads=8, trials=(trial(0.85, spread=0.3, before=8, to=2),)), id="turns disagree"),
        pytest.param(observed(threads=8, trials=()), id="too many, and nobody tried"),
        pytest.param(replace(LOUD, cpus=None), id="nobody knows the CPUs"),
        pytest.param(replace(CROWDED, cpu=ObservedCpu(own=1.9, others=0.0, waiting=0.05)), id="nobody waits for a CPU"),
        pytest.param(replace(CROWDED, ranks=tuple(replace(RANK, rank=at) for at in range(2))), id="one thread each"),
        pytest.param(replace(CROWDED, cpu=None), id="nobody counted who waits"),
        pytest.param(None, id="nothing was observed"),
    ],
)
def test_stays_silent(seen: Observation | None) -> None:
    assert not findings("BEN007", observation=seen)
