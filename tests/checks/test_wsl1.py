from typing import Any

import pytest

from envdoctor.facts import Platform, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import CPU_TORCH, gpu_machine, judged

WSL1 = BROKEN["VIR003"]


def test_a_cuda_build_cannot_work() -> None:
    [found] = judged("VIR003", WSL1)

    assert "2.15.0+cu132" in found.what
    assert found.severity is Severity.ERROR
    assert "wsl --set-version DISTRIBUTION 2" in found.fix.commands


@pytest.mark.parametrize("torch", [CPU_TORCH, None, Unknown("python does not start")])
def test_without_a_cuda_build_it_is_worth_knowing(torch: Any) -> None:
    [found] = judged("VIR003", WSL1, torch=torch)

    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    "platform",
    [
        pytest.param(Platform(None, None, 2), id="WSL 2"),
        pytest.param(Platform(None, None, None), id="no WSL"),
        pytest.param(Platform(None, "docker", 2), id="Docker on WSL 2"),
        pytest.param(Platform(None, None, Unknown("/proc cannot be read")), id="nobody knows"),
    ],
)
def test_stays_silent(platform: Platform) -> None:
    assert not judged("VIR003", gpu_machine(), platform=platform)
