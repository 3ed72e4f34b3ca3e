from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Platform, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BROKEN, NOT_LOADED
from tests.machines_snapshots import CPU_TORCH, GPU_RUN, R580, RTX_3090, judged, wsl2

BARE = BROKEN["VIR005"]
NO_LIBRARY = Platform(None, None, 2, wsl_gpu_device=True, wsl_libcuda=False)


def test_names_what_is_missing() -> None:
    [found] = judged("VIR005", BARE)

    assert "no /dev/dxg and no /usr/lib/wsl/lib/libcuda.so.1" in found.what
    assert found.severity is Severity.ERROR
    assert "wsl --update" in found.fix.commands


def test_the_device_without_the_library_wants_a_windows_driver() -> None:
    [found] = judged("VIR005", BARE, platform=NO_LIBRARY)

    assert found.what == "WSL 2 has no /usr/lib/wsl/lib/libcuda.so.1."
    assert "driver on Windows" in found.fix.text


def test_a_cuda_build_alone_does_not_prove_a_gpu() -> None:
    [found] = judged("VIR005", BARE, toolkits=())

    assert (found.severity, found.confidence) == (Severity.WARNING, "likely")


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"gpus": (RTX_3090,)}, id="a GPU is listed"),
        pytest.param({"driver": NOT_LOADED}, id="somebody installed a driver"),
        pytest.param({"torch": Unknown("python"), "driver": NOT_LOADED}, id="a driver, and nobody knows the build"),
        pytest.param({"torch": None, "driver": NOT_LOADED}, id="a driver, and no PyTorch yet"),
    ],
)
def test_signs_of_a_gpu_make_it_an_error(facts: dict[str, Any]) -> None:
    [found] = judged("VIR005", BARE, **({"toolkits": ()} | facts))

    assert found.severity is Severity.ERROR


def test_without_pytorch_it_is_worth_knowing() -> None:
    [found] = judged("VIR005", BARE, torch=None, toolkits=())

    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"torch": CPU_TORCH}, id="a CPU build on a Windows without an NVIDIA GPU"),
        pytest.param({"platform": Platform(None, None, 2, wsl_gpu_device=True, wsl_libcuda=True)}, id="both there"),
        pytest.param({"platform": Platform(None, None, 2)}, id="nobody looked"),
        pytest.param({"platform": replace(NO_LIBRARY, wsl=None)}, id="no WSL"),
        pytest.param({"platform": replace(NO_LIBRARY, wsl=1)}, id="WSL 1 is VIR003's"),
        pytest.param({"platform": replace(NO_LIBRARY, container="docker")}, id="a container is VIR001's"),
        pytest.param({"driver": R580}, id="cuInit works: the library lies elsewhere"),
        pytest.param({"torch_run": GPU_RUN}, id="PyTorch reaches the GPU"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("VIR005", BARE, **facts)


def test_a_sound_wsl_is_sound() -> None:
    assert not judged("VIR005", wsl2())
