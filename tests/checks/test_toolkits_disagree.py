from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import CannotTellError, Unknown
from tests.machines_broken import BROKEN, HOME, TOOLKIT
from tests.machines_snapshots import CPU_TORCH, gpu_machine, judged

TWO = BROKEN["TKT004"]


def test_names_both() -> None:
    [found] = judged("TKT004", TWO)

    assert "nvcc on PATH is of CUDA 13.0 (/usr/local/cuda-13.0)" in found.what
    assert "CUDA_HOME names CUDA 12.4 (/usr/local/cuda-12.4)" in found.what
    assert "built for CUDA 13.2" in found.why
    assert found.evidence == {"toolkits.0.version": "13.0", "toolkits.1.version": "12.4"}


def test_a_cpu_build_has_no_cuda_to_name() -> None:
    [found] = judged("TKT004", TWO, torch=CPU_TORCH)

    assert "built for CUDA" not in found.why


@pytest.mark.parametrize(
    "toolkits",
    [
        pytest.param((), id="no toolkit"),
        pytest.param((TOOLKIT,), id="CUDA_HOME is not set"),
        pytest.param((HOME,), id="no nvcc on PATH"),
        pytest.param((replace(HOME, first_on_path=True),), id="both name one"),
        pytest.param((TOOLKIT, replace(HOME, version="13.0")), id="two of one version"),
        pytest.param((TOOLKIT, replace(HOME, cuda_home=False)), id="a second that nothing names"),
        pytest.param((TOOLKIT, replace(HOME, nvcc=None)), id="CUDA_HOME has no nvcc: ENV002"),
        pytest.param((TOOLKIT, replace(HOME, version=None)), id="a toolkit without a version"),
    ],
)
def test_stays_silent(toolkits: Any) -> None:
    assert not judged("TKT004", gpu_machine(), toolkits=toolkits)


def test_an_unknown_version_is_not_another_one() -> None:
    with pytest.raises(CannotTellError):
        judged("TKT004", TWO, toolkits=(TOOLKIT, replace(HOME, version=Unknown("nvcc does not start"))))
