import pytest
from msgspec.structs import replace

from envdoctor.facts import Snapshot
from envdoctor.measurements import Explanation, MeasuredHost
from envdoctor.testing import findings
from tests.machines_measured import BUSY, MEASURED, SOUND, attributed, changed, series

LOUD = MEASURED["BEN028"]
MADE = LOUD.measurements if isinstance(LOUD.measurements, tuple) else ()


def told(machine: Snapshot) -> list[str]:
    facts = {"measurements": machine.measurements, "explanation": machine.explanation}
    return [found.what for found in findings("BEN028", **facts)]


def test_names_it_with_its_numbers() -> None:
    [what] = told(LOUD)

    assert "A busy loop got 40% to 40% of a CPU before and after the experiments with 6.0 runnable" in what


def on(host: MeasuredHost) -> Snapshot:
    return series(tuple(replace(one, before=host, after=host) for one in SOUND))


def test_lost_wall_time_agrees_as_well() -> None:
    quiet = tuple(replace(one, before=replace(BUSY, load=1.0), after=replace(BUSY, load=1.0)) for one in SOUND)
    [found] = findings("BEN028", measurements=quiet, explanation=Explanation(attribution=(attributed(others=0.3),)))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(series(), id="a sound machine"),
        pytest.param(series(()), id="nothing was measured"),
        pytest.param(on(replace(BUSY, cpu_share=0.95)), id="many processes, and CPUs enough"),
        pytest.param(on(replace(BUSY, load=1.0)), id="a short loop, and nobody beside"),
        pytest.param(on(replace(BUSY, quota_cpus=0.5)), id="a quota"),
        pytest.param(on(replace(BUSY, cpu_share=None)), id="nobody looked"),
        pytest.param(series(changed(SOUND, "ladder.textbook", before=BUSY, after=BUSY)), id="one experiment of many"),
    ],
)
def test_stays_silent(machine: Snapshot) -> None:
    assert not told(machine)
