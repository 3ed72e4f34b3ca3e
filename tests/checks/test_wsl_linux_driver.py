from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import NOT_ASKED, Driver, Platform, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import GPU_RUN, R580, gpu_machine, judged, wsl2

BOTH = BROKEN["VIR004"]


def test_names_the_file_and_the_code() -> None:
    [found] = judged("VIR004", BOTH)

    assert "/usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01" in found.what
    assert "cuInit returns 100" in found.what
    assert (found.severity, found.confidence) == (Severity.ERROR, "proved")


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"driver": replace(R580, cuinit=0)}, id="cuInit works"),
        pytest.param({"torch_run": GPU_RUN}, id="PyTorch works"),
    ],
)
def test_warns_while_cuda_works(facts: dict[str, Any]) -> None:
    [found] = judged("VIR004", BOTH, **facts)

    assert found.severity is Severity.WARNING


@pytest.mark.parametrize("driver", [None, Unknown("no answer in 10 s"), Driver(cuinit=NOT_ASKED)])
def test_is_careful_where_cuinit_was_not_asked(driver: Any) -> None:
    [found] = judged("VIR004", BOTH, driver=driver)

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "platform",
    [
        pytest.param(Platform(None, None, 2, linux_driver_in_wsl=None), id="only Windows' driver"),
        pytest.param(Platform(None, None, 2, linux_driver_in_wsl=Unknown("in a container")), id="nobody can tell"),
        pytest.param(Platform(None, None, None, linux_driver_in_wsl="/usr/lib/libcuda.so.1"), id="bare Linux"),
        pytest.param(Platform(None, None, 1, linux_driver_in_wsl="/usr/lib/libcuda.so.1"), id="WSL 1 has no GPU"),
    ],
)
def test_stays_silent(platform: Platform) -> None:
    assert not judged("VIR004", BOTH, platform=platform)


def test_sound_machines_are_sound() -> None:
    assert not judged("VIR004", wsl2())
    assert not judged("VIR004", gpu_machine())
