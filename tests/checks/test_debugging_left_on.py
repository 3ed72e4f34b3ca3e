from typing import Any

import pytest

from envdoctor.facts import Unknown
from envdoctor.findings import Severity
from tests.machines_snapshots import CPU_TORCH, gpu_machine, judged


def test_names_what_it_costs() -> None:
    [found] = judged("ENV006", gpu_machine(), environment={"CUDA_LAUNCH_BLOCKING": "1"})

    assert found.what == "CUDA_LAUNCH_BLOCKING=1 is set."
    assert "every kernel is waited for" in found.why
    assert found.severity is Severity.WARNING
    assert found.fix.commands == ("unset CUDA_LAUNCH_BLOCKING",)


def test_tells_several_at_once() -> None:
    environment = {"CUDA_LAUNCH_BLOCKING": "1", "TORCH_DISTRIBUTED_DEBUG": "DETAIL", "PATH": "/bin"}

    [found] = judged("ENV006", gpu_machine(), environment=environment)

    assert found.what == "CUDA_LAUNCH_BLOCKING=1, TORCH_DISTRIBUTED_DEBUG=DETAIL is set."


def test_some_count_whatever_they_say() -> None:
    [found] = judged("ENV006", gpu_machine(), environment={"PYTORCH_NO_CUDA_MEMORY_CACHING": "0"})

    assert "PYTORCH_NO_CUDA_MEMORY_CACHING=0" in found.what


@pytest.mark.parametrize(
    ("name", "severity"),
    [("CUDA_LAUNCH_BLOCKING", Severity.NOTE), ("TORCHDYNAMO_DISABLE", Severity.WARNING)],
)
def test_a_cpu_build_does_not_feel_cudas_switches(name: str, severity: Severity) -> None:
    [found] = judged("ENV006", gpu_machine(), environment={name: "1"}, torch=CPU_TORCH)

    assert found.severity is severity


@pytest.mark.parametrize(
    ("environment", "torch"),
    [
        pytest.param({}, CPU_TORCH, id="nothing set"),
        pytest.param({"CUDA_LAUNCH_BLOCKING": "0"}, CPU_TORCH, id="set to off"),
        pytest.param({"CUDA_LAUNCH_BLOCKING": ""}, CPU_TORCH, id="set to nothing"),
        pytest.param({"TORCH_DISTRIBUTED_DEBUG": "OFF"}, CPU_TORCH, id="off by a word"),
        pytest.param({"CUDA_LAUNCH_BLOCKING": "1"}, None, id="no PyTorch to slow down"),
        pytest.param({"NCCL_DEBUG": "INFO"}, Unknown("no"), id="a log is no brake"),
        pytest.param({"CUDA_DEVICE_MAX_CONNECTIONS": "1"}, Unknown("no"), id="a setting of some libraries"),
    ],
)
def test_stays_silent(environment: dict[str, str], torch: Any) -> None:
    assert not judged("ENV006", gpu_machine(), environment=environment, torch=torch)
