from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import SearchPath, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BLIND, BROKEN
from tests.machines_snapshots import CPU_TORCH, GPU_RUN, INTEL, PATHS, R580, gpu_machine, judged

STUBBED = BROKEN["DRV009"]
STUB = "/usr/local/cuda/lib64/stubs/libcuda.so"
FOLDER = SearchPath("LD_LIBRARY_PATH", "/usr/local/cuda/lib64/stubs", exists=True, holds=("libcuda",))


def test_names_the_file() -> None:
    [found] = judged("DRV009", STUBBED)

    assert "/usr/local/cuda/lib64/stubs/libcuda.so.1" in found.what
    assert found.severity is Severity.ERROR
    assert found.evidence["driver.cuinit"] == 34
    assert "LD_LIBRARY_PATH" not in found.what


def test_names_the_variable_that_leads_there() -> None:
    linking = replace(FOLDER, variable="LIBRARY_PATH")

    [found] = judged("DRV009", STUBBED, search_paths=(linking, PATHS[0], FOLDER))

    assert "LD_LIBRARY_PATH holds /usr/local/cuda/lib64/stubs" in found.what
    assert found.evidence["search_paths.2.entry"] == "/usr/local/cuda/lib64/stubs"


@pytest.mark.parametrize(
    ("driver", "run"),
    [
        pytest.param(replace(R580, cuinit=34), BLIND, id="the code alone"),
        pytest.param(replace(R580, cuinit=None, libcuda=STUB), BLIND, id="the path alone"),
        pytest.param(None, replace(BLIND, libraries={"libcuda": STUB}), id="PyTorch has loaded it"),
        pytest.param(None, replace(BLIND, init_error="CUDA driver is a stub library"), id="PyTorch says so"),
    ],
)
def test_each_sign_is_enough(driver: Any, run: Any) -> None:
    assert judged("DRV009", STUBBED, driver=driver, torch_run=run)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"pci_gpus": (INTEL,), "gpus": ()}, id="no GPU, as in an image that only builds"),
        pytest.param({"torch": CPU_TORCH}, id="a CPU build"),
        pytest.param({"torch": None}, id="no PyTorch"),
    ],
)
def test_where_no_cuda_is_wanted_it_only_will_bite(facts: dict[str, Any]) -> None:
    [found] = judged("DRV009", STUBBED, **facts)

    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="the driver's libcuda"),
        pytest.param({"driver": None, "torch_run": None}, id="no libcuda"),
        pytest.param({"driver": replace(R580, cuinit=999)}, id="another error"),
        pytest.param({"driver": replace(R580, libcuda=STUB)}, id="cuInit works, so it is none"),
        pytest.param({"search_paths": (*PATHS, FOLDER)}, id="on the path and not loaded: ENV004"),
        pytest.param({"search_paths": (replace(FOLDER, variable="LIBRARY_PATH"),)}, id="right for linking"),
        pytest.param({"driver": Unknown("no"), "torch_run": Unknown("no")}, id="nobody looked"),
        pytest.param({"torch_run": replace(GPU_RUN, libraries={"libcuda": "/usr/lib/libcuda.so.1"})}, id="a real one"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("DRV009", gpu_machine(), **facts)
