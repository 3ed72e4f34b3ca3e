from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import CannotTellError, Driver, NvidiaSmi, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BROKEN, HOME, NOT_LOADED, TOOLKIT
from tests.machines_snapshots import CPU_TORCH, R580, gpu_machine, judged

ALONE = BROKEN["TKT002"]


def test_names_version_and_place() -> None:
    [found] = judged("TKT002", ALONE)

    assert found.what == (
        "A toolkit of CUDA 13.0 is installed in /usr/local/cuda-13.0, and there is no NVIDIA driver nor an NVIDIA GPU."
    )
    assert found.severity is Severity.WARNING


def test_counts_several() -> None:
    [found] = judged("TKT002", ALONE, toolkits=(TOOLKIT, HOME))

    assert "(and 1 more)" in found.what


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        pytest.param({"torch": CPU_TORCH}, Severity.NOTE, id="a CPU build does not want it"),
        pytest.param({"torch": None}, Severity.WARNING, id="no PyTorch yet"),
        pytest.param(
            {"pci_gpus": Unknown("no /sys"), "gpus": Unknown("no")}, Severity.WARNING, id="no view of the bus"
        ),
    ],
)
def test_is_as_bad_as_what_it_is_for(facts: dict[str, Any], severity: Severity) -> None:
    [found] = judged("TKT002", ALONE, **facts)

    assert found.severity is severity


def test_what_nobody_could_see_is_not_denied() -> None:
    [found] = judged("TKT002", ALONE, pci_gpus=Unknown("no /sys"), gpus=Unknown("no"))

    assert "nor an NVIDIA GPU" not in found.what


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"toolkits": ()}, id="no toolkit"),
        pytest.param({"driver": R580}, id="a driver"),
        pytest.param({"driver": NOT_LOADED}, id="a driver that is not loaded: DRV003"),
        pytest.param({"toolkits": (replace(TOOLKIT, nvcc=None),)}, id="libraries only"),
        pytest.param({"toolkits": (replace(TOOLKIT, found_by=("wheels",)),)}, id="wheels that came with PyTorch"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("TKT002", ALONE, **facts)


def test_an_unreadable_driver_is_not_a_missing_one() -> None:
    with pytest.raises(CannotTellError):
        judged("TKT002", ALONE, driver=Driver(library=Unknown("SIGSEGV in load"), kernel=None))


def test_a_sound_machine_is_sound() -> None:
    assert not judged("TKT002", gpu_machine(), toolkits=(TOOLKIT,))


def test_behind_a_silent_nvidia_smi_there_may_be_a_driver() -> None:
    silent = Driver(kernel=None, library=None, module_on_disk=False, smi=NvidiaSmi("/usr/bin/nvidia-smi"))

    with pytest.raises(CannotTellError, match="smi"):
        judged("TKT002", ALONE, driver=silent)
