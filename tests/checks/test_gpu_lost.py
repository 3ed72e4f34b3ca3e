from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import CannotTellError, Unknown
from tests.machines_snapshots import R580, RTX_3090, gpu_machine, judged

LOST = replace(RTX_3090, index=1, problem="GPU is lost")


def test_says_which_of_how_many() -> None:
    [found] = judged("GPU001", gpu_machine(), gpus=(RTX_3090, LOST, replace(RTX_3090, index=2)))

    assert "1 of 3" in found.what
    assert "GPU 1 NVIDIA GeForce RTX 3090 (GPU is lost)" in found.what
    assert "CUDA_VISIBLE_DEVICES=0,2" in found.fix.text
    assert found.evidence == {"gpus.1.problem": "GPU is lost"}


def test_the_only_gpu_leaves_no_other_to_choose() -> None:
    [found] = judged("GPU001", gpu_machine(), gpus=(replace(LOST, index=0, name=Unknown("GPU is lost")),))

    assert "1 of 1 NVIDIA GPUs cannot be used: GPU 0 (GPU is lost)" in found.what
    assert "CUDA_VISIBLE_DEVICES" not in found.fix.text


@pytest.mark.parametrize(("code", "words"), [(8, "External Power"), (15, "GPU is lost"), (16, "restart")])
def test_nvml_may_not_even_list_them(code: int, words: str) -> None:
    [found] = judged("GPU001", gpu_machine(), gpus=Unknown("NVML: no"), driver=replace(R580, nvml=code))

    assert words in found.what
    assert found.evidence == {"driver.nvml": code}


@pytest.mark.parametrize("driver", [replace(R580, nvml=18), replace(R580, nvml=None), None, Unknown("no")])
def test_a_list_that_is_unknown_for_another_reason_is_not_judged(driver: Any) -> None:
    with pytest.raises(CannotTellError):
        judged("GPU001", gpu_machine(), gpus=Unknown("NVML: no"), driver=driver)


@pytest.mark.parametrize(
    "gpus",
    [
        pytest.param((), id="no GPU"),
        pytest.param((RTX_3090,), id="a sound one"),
        pytest.param((RTX_3090, replace(RTX_3090, index=1)), id="two sound ones"),
        pytest.param((replace(RTX_3090, temperature_celsius=Unknown("not supported")),), id="one reading is missing"),
        pytest.param((replace(RTX_3090, pcie_width=4),), id="a narrow link is another matter"),
    ],
)
def test_stays_silent(gpus: Any) -> None:
    assert not judged("GPU001", gpu_machine(), gpus=gpus)
