import pytest

from envdoctor.compare.weights import weight_of
from envdoctor.facts import Drift
from envdoctor.findings import Severity
from envdoctor.testing import findings


def changed(path: str, before: str = "old", after: str = "new") -> Drift:
    return Drift(path, before, after, *weight_of(path), "2026-11-20T10:00:00Z")


def test_names_the_fact_then_and_now() -> None:
    [found] = findings("PRJ107", drift=(changed("environment.OMP_NUM_THREADS"), changed("cpu.model")))

    assert "environment.OMP_NUM_THREADS was old, is new" in found.what
    assert "2026-11-20" in found.what
    assert "cpu.model" not in found.what
    assert found.severity is Severity.WARNING


def test_the_weightiest_leads_and_all_stand_in_the_evidence() -> None:
    small = [Drift(f"environment.small{n}", "a", "b", 5, "seldom") for n in range(9)]

    [found] = findings("PRJ107", drift=(*small, changed("environment.OMP_NUM_THREADS")))

    assert found.why.startswith("The weightiest is environment.OMP_NUM_THREADS")
    assert "and 6 more" in found.what
    assert len(found.evidence["drift"]) == 10


def test_what_seldom_matters_is_a_note() -> None:
    [found] = findings("PRJ107", drift=(Drift("environment.small", "a", "b", 5, "seldom"),))

    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    "drift",
    [
        pytest.param((), id="nothing drifted"),
        pytest.param((changed("cpu.model"),), id="another check's fact"),
        pytest.param(None, id="nothing was compared"),
    ],
)
def test_stays_silent(drift: tuple[Drift, ...] | None) -> None:
    assert not findings("PRJ107", drift=drift)
