from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import CannotTellError, Torch, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BROKEN, HOME, TOOLKIT
from tests.machines_snapshots import CPU_TORCH, CUDA_TORCH, gpu_machine, judged

OTHER = BROKEN["TKT001"]
RIGHT = replace(TOOLKIT, path="/usr/local/cuda-13.2", version="13.2", first_on_path=False)


def test_another_major_is_refused() -> None:
    [found] = judged("TKT001", OTHER)

    assert "CUDA 12.4 (/usr/local/cuda-12.4)" in found.what
    assert "built for CUDA 13.2" in found.what
    assert found.severity is Severity.WARNING
    assert found.evidence == {"toolkits.0.version": "12.4", "torch.cuda": "13.2"}


def test_another_minor_is_worth_knowing() -> None:
    [found] = judged("TKT001", OTHER, toolkits=(TOOLKIT,))

    assert found.severity is Severity.NOTE


def test_cuda_home_comes_before_path() -> None:
    [found] = judged("TKT001", OTHER, toolkits=(TOOLKIT, HOME))

    assert "12.4" in found.what


def test_a_fitting_toolkit_beside_it_is_the_cure() -> None:
    [found] = judged("TKT001", OTHER, toolkits=(HOME, RIGHT))

    assert found.fix.commands == ("export CUDA_HOME=/usr/local/cuda-13.2",)


@pytest.mark.parametrize(
    ("torch", "toolkits"),
    [
        pytest.param(CUDA_TORCH, (), id="no toolkit"),
        pytest.param(CUDA_TORCH, (replace(RIGHT, first_on_path=True),), id="the same version"),
        pytest.param(CUDA_TORCH, (replace(RIGHT, version="13.2.1", first_on_path=True),), id="an update of it"),
        pytest.param(CUDA_TORCH, (replace(HOME, cuda_home=False),), id="a toolkit that no build would take"),
        pytest.param(CUDA_TORCH, (replace(HOME, nvcc=None),), id="libraries without nvcc"),
        pytest.param(CUDA_TORCH, (replace(HOME, found_by=("wheels",)),), id="libraries that came as wheels"),
        pytest.param(CUDA_TORCH, (replace(HOME, version=None),), id="a toolkit without a version"),
        pytest.param(CPU_TORCH, (HOME,), id="a CPU build"),
        pytest.param(None, (HOME,), id="no PyTorch"),
    ],
)
def test_stays_silent(torch: Any, toolkits: Any) -> None:
    assert not judged("TKT001", gpu_machine(), torch=torch, toolkits=toolkits)


def test_an_unknown_version_is_not_another_one() -> None:
    with pytest.raises(CannotTellError, match="version"):
        judged("TKT001", OTHER, toolkits=(replace(HOME, version=Unknown("nvcc does not start")),))
    with pytest.raises(CannotTellError, match=r"torch\.cuda"):
        judged("TKT001", OTHER, torch=Torch("2.15.0"))
