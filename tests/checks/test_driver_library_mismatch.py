from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import DriverVersions, Platform, Unknown
from envdoctor.findings import Risk
from tests.machines_broken import BLIND, BROKEN
from tests.machines_snapshots import R580, judged, wsl2

HALVES = BROKEN["DRV004"]
UPDATED = replace(R580, library="580.95.05", cuinit=Unknown("not asked"), nvml=Unknown("not asked"))


def test_names_both_versions() -> None:
    [found] = judged("DRV004", HALVES)

    assert "580.65.06" in found.what
    assert "580.95.05" in found.what
    assert found.confidence == "proved"
    assert found.fix.risk is Risk.REBOOT


@pytest.mark.parametrize(
    ("driver", "words"),
    [
        pytest.param(replace(R580, library=None, nvml=18, cuinit=Unknown("no")), "NVML returns 18", id="NVML alone"),
        pytest.param(replace(R580, library=None, nvml=None, cuinit=803), "cuInit returns 803", id="cuInit alone"),
    ],
)
def test_a_code_is_enough(driver: Any, words: str) -> None:
    [found] = judged("DRV004", HALVES, driver=driver)

    assert words in found.what


def test_pytorch_may_say_it() -> None:
    said = "Error 803: system has unsupported display driver / cuda driver combination"

    [found] = judged("DRV004", HALVES, driver=UPDATED, torch_run=replace(BLIND, init_error=said))

    assert found.evidence["torch_run.init_error"] == said


def test_versions_alone_make_it_likely() -> None:
    [found] = judged("DRV004", HALVES, driver=UPDATED)

    assert found.confidence == "likely"


def test_a_container_restarts_itself_first() -> None:
    [found] = judged("DRV004", HALVES, platform=Platform(None, "docker", None))

    assert "Restart the container" in found.fix.text
    assert found.fix.commands == ()


STRAY = DriverVersions("580.65.06", "535.183.01", "580.65.06", "580.65.06", "580.65.06", agree=False)


def test_libcuda_alone_is_of_another_installation() -> None:
    path = "/usr/lib64/libcuda.so.535.183.01"

    [found] = judged("DRV004", HALVES, driver=replace(R580, cuinit=803, libcuda=path, versions=STRAY))

    assert "libcuda that is loaded is of NVIDIA driver 535.183.01" in found.what
    assert path in found.fix.text
    assert "reboot" not in " ".join(found.fix.commands)
    assert found.evidence["driver.versions.libcuda"] == "535.183.01"


@pytest.mark.parametrize(
    "driver",
    [
        pytest.param(None, id="no driver"),
        pytest.param(R580, id="the same version"),
        pytest.param(replace(R580, kernel="580.65.6"), id="the same version, written otherwise"),
        pytest.param(replace(UPDATED, nvml=0), id="NVML works: cuda-compat lies beside the driver's libcuda"),
        pytest.param(replace(UPDATED, cuinit=0), id="cuInit works"),
        pytest.param(replace(UPDATED, kernel=None), id="no module runs: DRV003"),
        pytest.param(replace(UPDATED, library=None), id="no library"),
        pytest.param(replace(UPDATED, library=Unknown("no")), id="nobody knows the library's version"),
        pytest.param(replace(R580, cuinit=999), id="another error"),
        pytest.param(replace(R580, versions=STRAY), id="versions differ and all works"),
        pytest.param(replace(R580, versions=STRAY, cuinit=100), id="versions differ, and no GPU is visible"),
    ],
)
def test_stays_silent(driver: Any) -> None:
    assert not judged("DRV004", HALVES, driver=driver)


def test_on_wsl_windows_and_linux_count_differently() -> None:
    assert not judged("DRV004", wsl2())
    assert not judged("DRV004", wsl2(), driver=UPDATED)
