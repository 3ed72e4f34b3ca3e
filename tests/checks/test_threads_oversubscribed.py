from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import CannotTellError, Cpu, Unknown
from tests.machines_broken import BROKEN
from tests.machines_snapshots import GPU_RUN, gpu_machine, judged, mac

SQUEEZED = BROKEN["SYS002"]


def cpu(logical: Any = 16, affinity: Any = 16, quota: Any = None, physical: Any = 8) -> Cpu:
    return Cpu(physical_cores=physical, logical_cores=logical, affinity=affinity, quota=quota)


def test_a_containers_quota_is_not_seen_by_pytorch() -> None:
    [found] = judged("SYS002", SQUEEZED)

    assert found.what == "PyTorch computes with 8 threads; this process may use 2 CPUs."
    assert found.fix.commands == ("export OMP_NUM_THREADS=2",)
    assert found.evidence["cpu.quota"] == 2.0


def test_affinity_counts_too() -> None:
    [found] = judged("SYS002", SQUEEZED, cpu=cpu(affinity=4))

    assert "may use 4 CPUs" in found.what


def test_a_variable_may_ask_for_too_many() -> None:
    [found] = judged("SYS002", SQUEEZED, cpu=cpu(), environment={"OMP_NUM_THREADS": "64,2"}, torch_run=None)

    assert "with 64 threads; this process may use 16" in found.what
    assert found.evidence["environment.OMP_NUM_THREADS"] == "64,2"


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"cpu": cpu()}, id="as many as cores"),
        pytest.param({"cpu": cpu(), "torch_run": replace(GPU_RUN, threads=16)}, id="hyperthreads are no fault"),
        pytest.param({"cpu": cpu(quota=8.0)}, id="exactly the quota"),
        pytest.param({"cpu": cpu(quota=7.5)}, id="a part of a CPU more"),
        pytest.param({"torch_run": None, "environment": {}}, id="nothing ran"),
        pytest.param({"torch_run": replace(GPU_RUN, threads=1)}, id="one thread"),
        pytest.param({"torch_run": replace(GPU_RUN, threads=None), "environment": {}}, id="PyTorch did not say"),
        pytest.param({"torch_run": Unknown("no"), "environment": Unknown("no")}, id="nobody looked"),
        pytest.param({"torch_run": None, "environment": {"OMP_NUM_THREADS": "many"}}, id="a word is ignored by OpenMP"),
        pytest.param({"torch_run": None, "environment": {"OMP_NUM_THREADS": ""}}, id="an empty variable"),
        pytest.param({"cpu": cpu(affinity=None)}, id="no affinity, as on macOS"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("SYS002", SQUEEZED, **facts)


def test_an_unknown_number_of_cpus_is_not_zero() -> None:
    nothing = Unknown("no /proc")

    with pytest.raises(CannotTellError, match="cores"):
        judged("SYS002", SQUEEZED, cpu=Cpu(logical_cores=nothing, affinity=nothing, quota=nothing))


def test_sound_machines_are_sound() -> None:
    assert not judged("SYS002", gpu_machine())
    assert not judged("SYS002", mac())
