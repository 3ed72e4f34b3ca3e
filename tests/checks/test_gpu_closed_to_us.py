from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Failure, TorchDevice, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BLIND, BROKEN, NO_GPUS
from tests.machines_snapshots import GPU_RUN, R580, RTX_3090, gpu_machine, judged

SHUT = BROKEN["GPU003"]
ALONE = replace(RTX_3090, compute_mode="exclusive_process")
SLICED = replace(RTX_3090, mig=True)
BUSY = "CUDA error: all CUDA-capable devices are busy or unavailable"


def test_prohibited_lets_nobody_in() -> None:
    [found] = judged("GPU003", SHUT)

    assert "GPU 0 is prohibited (1 of 1 GPUs)" in found.what
    assert found.severity is Severity.ERROR
    assert found.fix.commands == ("sudo nvidia-smi -i 0 -c DEFAULT",)


def test_another_gpu_that_is_open_makes_it_milder() -> None:
    shut = replace(RTX_3090, index=1, compute_mode="prohibited")

    [found] = judged("GPU003", SHUT, gpus=(RTX_3090, shut), torch_run=GPU_RUN)

    assert "GPU 1 is prohibited (1 of 2 GPUs)" in found.what
    assert found.severity is Severity.WARNING


def test_an_exclusive_gpu_that_works_is_worth_knowing() -> None:
    [found] = judged("GPU003", gpu_machine(), gpus=(ALONE,))

    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"driver": replace(R580, cuinit=46)}, id="cuInit says so"),
        pytest.param({"torch_run": replace(BLIND, init_error=BUSY)}, id="PyTorch says so"),
        pytest.param({"torch_run": replace(GPU_RUN, devices=(TorchDevice(0, error=BUSY),))}, id="the device says so"),
        pytest.param({"torch_run": replace(BLIND, failure=Failure("exception", "device 0", BUSY))}, id="the stage did"),
    ],
)
def test_an_exclusive_gpu_that_refuses_is_an_error(facts: dict[str, Any]) -> None:
    [found] = judged("GPU003", gpu_machine(), gpus=(ALONE,), **facts)

    assert found.severity is Severity.ERROR
    assert "busy or unavailable" in found.what


def test_mig_without_instances_has_no_device() -> None:
    driver = replace(R580, cuinit=100, cuda_device_count=0)

    [found] = judged("GPU003", SHUT, gpus=(SLICED,), driver=driver, torch_run=NO_GPUS)

    assert "MIG is switched on for GPU 0" in found.what
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("instances", "words", "confidence"),
    [
        (0, "GPU 0 without an instance", "proved"),
        (3, "(3 instances)", "likely"),
        (Unknown("no"), "GPU 0, and", "likely"),
    ],
)
def test_mig_counts_its_instances(instances: Any, words: str, confidence: str) -> None:
    driver = replace(R580, cuinit=100, cuda_device_count=0)

    [found] = judged("GPU003", SHUT, gpus=(replace(SLICED, mig_instances=instances),), driver=driver, torch_run=NO_GPUS)

    assert words in found.what
    assert found.confidence == confidence


def test_a_refusal_that_no_mode_explains_is_likely_somebody_else() -> None:
    [found] = judged("GPU003", gpu_machine(), driver=replace(R580, cuinit=46))

    assert found.confidence == "likely"
    assert found.evidence == {"driver.cuinit": 46}


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"gpus": (RTX_3090,)}, id="the default mode"),
        pytest.param({"gpus": ()}, id="no GPU"),
        pytest.param({"gpus": (replace(RTX_3090, compute_mode=Unknown("no")),)}, id="nobody knows the mode"),
        pytest.param({"gpus": (SLICED,), "driver": R580, "torch_run": GPU_RUN}, id="MIG with an instance"),
        pytest.param(
            {"gpus": (SLICED,), "driver": replace(R580, cuda_device_count=Unknown("no"))}, id="MIG, not asked"
        ),
        pytest.param({"gpus": (SLICED,), "driver": Unknown("no answer"), "torch_run": BLIND}, id="MIG, no driver fact"),
        pytest.param({"gpus": (replace(RTX_3090, mig=False),), "torch_run": NO_GPUS}, id="no MIG: something else"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("GPU003", gpu_machine(), **facts)
