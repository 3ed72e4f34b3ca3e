from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Gpu, Unknown
from envdoctor.probes import smi_gpus
from envdoctor.probes.command import Answer, Output
from tests.systems import system

LINE = "0, NVIDIA A100-SXM4-80GB, GPU-6f2b7a50-1c1e-4f0a-9d55-000000000000, 00000000:07:00.0, 81920, 512, 34"
ALL = (*smi_gpus.FIELDS, smi_gpus.CAPABILITY)


def only(text: str, fields: tuple[str, ...] = smi_gpus.FIELDS) -> Gpu:
    found = smi_gpus.understand(text, fields)
    assert found is not None
    [gpu] = found
    return gpu


def test_a_line_is_a_gpu() -> None:
    gpu = only(f"{LINE}, 8.0\n", ALL)

    assert (gpu.name, gpu.pci_address, gpu.compute_capability) == ("NVIDIA A100-SXM4-80GB", "0000:07:00.0", "8.0")
    assert (gpu.memory_total_bytes, gpu.memory_used_bytes) == (80 << 30, 512 << 20)
    assert gpu.temperature_celsius == 34
    assert gpu.problem is None


def test_what_it_does_not_have_is_not_there() -> None:
    gpu = only("0, Tesla M60, [N/A], 0001:07:00.0, [Not Supported], N/A, [N/A]")

    assert (gpu.uuid, gpu.memory_total_bytes, gpu.temperature_celsius) == (None, None, None)
    assert gpu.pci_address == "0001:07:00.0"


def test_a_gpu_that_is_gone_says_so() -> None:
    gpu = only("0, [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost]")

    assert gpu.problem == "GPU is lost"
    assert isinstance(gpu.name, Unknown)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("No devices were found\n", id="no GPU"),
        pytest.param(LINE.replace("0,", "1,", 1), id="the first is missing"),
        pytest.param(LINE + ", 8.0, 9", id="more cells than were asked for"),
        pytest.param("\n".join(LINE.replace("0,", f"{i},", 1) for i in range(300)), id="more than any machine has"),
        pytest.param("<html>", id="another program"),
    ],
)
def test_no_list_is_none(text: str) -> None:
    assert smi_gpus.understand(text, smi_gpus.FIELDS) is None


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(text: str) -> None:
    smi_gpus.understand(text, smi_gpus.FIELDS)
    smi_gpus.understand(f"0,{text}", ALL)


def test_a_driver_that_does_not_know_the_capability_is_asked_again(tmp_path: Path) -> None:
    asked: list[str] = []

    def run(argv: Any, *, seconds: float = 0.0) -> Answer:
        del seconds
        asked.append(argv[1])
        return (
            Output(2, 'Field "compute_cap" is not a valid field to query.\n', "")
            if "cap" in argv[1]
            else Output(0, LINE, "")
        )

    found = smi_gpus.ask(system(tmp_path, run=run), "/usr/bin/nvidia-smi", 2.0)

    assert found is not None
    assert isinstance(found[0].compute_capability, Unknown)
    assert len(asked) == 2


@pytest.mark.parametrize("answer", [None, Unknown("slow"), Output(9, "NVIDIA-SMI has failed", "")])
def test_a_program_that_does_not_answer_lists_nothing(answer: Answer, tmp_path: Path) -> None:
    def run(argv: Any, *, seconds: float = 0.0) -> Answer:
        del argv, seconds
        return answer

    assert smi_gpus.ask(system(tmp_path, run=run), "/usr/bin/nvidia-smi", 2.0) is None
