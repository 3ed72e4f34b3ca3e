from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Host, Platform, Unknown
from tests.machines_broken import BLIND, BROKEN
from tests.machines_snapshots import GPU_RUN, R580, gpu_machine, judged

GONE = BROKEN["DRV010"]
COMPAT = replace(R580, cuinit=804, libcuda="/usr/local/cuda-12.9/compat/libcuda.so.575.57.08")
EMPTY = replace(R580, cuinit=Unknown("file too short"), libcuda_error="/usr/lib/libcuda.so.1: file too short")


def test_nvml_answers_and_libcuda_is_missing() -> None:
    [found] = judged("DRV010", GONE)

    assert "580.65.06 answers NVML, and there is no libcuda" in found.what
    assert found.evidence == {"driver.nvml": 0, "driver.libcuda": None}


@pytest.mark.parametrize("nvml", [0, None])
def test_an_empty_file_is_named(nvml: int | None) -> None:
    [found] = judged("DRV010", GONE, driver=replace(EMPTY, nvml=nvml))

    assert "/usr/lib/libcuda.so.1: file too short" in found.what


def test_a_file_that_the_loader_passes_over_is_named() -> None:
    [found] = judged("DRV010", GONE, driver=replace(R580, cuinit=None, libcuda=None))

    assert "/usr/lib/x86_64-linux-gnu/libcuda.so.1 leads to nothing, or is for another processor" in found.what


def test_another_library_of_that_name() -> None:
    words = "the library has no function cuInit"
    driver = replace(R580, cuinit=Unknown(words), libcuda="/opt/shim/libcuda.so.1", libcuda_error=words)

    [found] = judged("DRV010", GONE, driver=driver)

    assert found.what == "/opt/shim/libcuda.so.1 is no libcuda: the library has no function cuInit."


def test_compatibility_package_on_an_unsupported_card() -> None:
    [found] = judged("DRV010", GONE, driver=COMPAT)

    assert "804" in found.what
    assert "/usr/local/cuda-12.9/compat/libcuda.so.575.57.08" in found.what
    assert "cuda-compat" in found.fix.text


def test_pytorch_may_say_it() -> None:
    said = "Error 804: forward compatibility was attempted on non supported HW"

    [found] = judged(
        "DRV010", GONE, driver=replace(R580, cuinit=Unknown("no"), libcuda=Unknown("no")),
        torch_run=replace(BLIND, init_error=said),
    )  # fmt: skip

    assert found.evidence == {"torch_run.init_error": said}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"platform": Platform(None, "docker", None)}, "NVIDIA_DRIVER_CAPABILITIES=compute,utility"),
        ({"host": Host("linux", "Debian GNU/Linux 13")}, "(libcuda1)"),
        ({"host": Host("linux", "Ubuntu 24.04")}, "(libnvidia-compute-BRANCH)"),
        ({"host": Host("linux", "Void Linux")}, "in the driver's version"),
    ],
)
def test_each_system_has_its_own_way(facts: dict[str, Any], words: str) -> None:
    [found] = judged("DRV010", GONE, **facts)

    assert words in found.fix.text


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"driver": R580}, id="all works"),
        pytest.param({"driver": None}, id="no driver"),
        pytest.param({"torch_run": GPU_RUN}, id="PyTorch works"),
        pytest.param(
            {"driver": replace(R580, cuinit=None, libcuda=None, nvml=9)}, id="the module does not run: DRV003"
        ),
        pytest.param({"driver": replace(R580, cuinit=100)}, id="no device is another matter"),
        pytest.param({"driver": replace(R580, cuinit=Unknown("SIGSEGV in cuInit"))}, id="a crash is DRV005's"),
        pytest.param({"driver": replace(EMPTY, nvml=None, kernel=None)}, id="an old file without a driver"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("DRV010", GONE, **facts)


def test_a_sound_machine_is_sound() -> None:
    assert not judged("DRV010", gpu_machine())
