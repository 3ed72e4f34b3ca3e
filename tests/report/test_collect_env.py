from __future__ import annotations

import re

import msgspec
import pytest

from envdoctor.facts import Snapshot, Torch
from envdoctor.intake.source import understand
from envdoctor.report.collect_env import written
from envdoctor.report.gfm import size
from envdoctor.report.markdown import LIMIT, render
from tests.report import samples


def test_says_what_the_original_says() -> None:
    text = written(samples.broken())

    for expected in (
        "PyTorch version: 2.15.0+cu132",
        "CUDA used to build PyTorch: 13.2",
        "OS: Ubuntu 22.04.5 LTS (x86_64)",
        "Libc version: glibc-2.35",
        "Python version: 3.12.8",
        "Is CUDA available: False",
        "CUDA runtime version: 12.8",
        "GPU models and configuration: \nGPU 0: NVIDIA A100-SXM4-80GB\nGPU 1: NVIDIA A100-SXM4-80GB",
        "Nvidia driver version: 535.183.01",
        "[pip3] nvidia-cublas==13.2.0.19",
        "GCC version: Could not collect",
    ):
        assert f"{expected}\n" in f"{text}\n"


@pytest.mark.parametrize("sample", samples.ALL)
def test_what_reads_collect_env_reads_it(sample: str) -> None:
    report = samples.ALL[sample]()
    facts = understand(written(report).encode()).facts

    assert isinstance(facts.torch, Torch)
    assert isinstance(report.facts.torch, Torch)
    assert facts.torch.version == report.facts.torch.version
    assert facts.torch.cuda == report.facts.torch.cuda


def test_is_empty_where_nothing_is_known() -> None:
    assert not written(msgspec.structs.replace(samples.clean_cpu(), facts=Snapshot()))


@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_every_value_is_one_line(bad: str) -> None:
    lines = written(samples.hostile(bad)).split("\n")

    assert all(len(line) < 1_200 for line in lines)
    assert len(lines) < 40
    assert not re.search(r"[\x00-\x08\x1b\u202e\ud800-\udfff]", "".join(lines))


def test_stands_folded_in_the_markdown_and_goes_before_the_machine() -> None:
    title = "The same as `python -m torch.utils.collect_env` says it"

    assert title in render(samples.broken())
    assert title not in render(samples.huge(), limit=25_000)
    assert size(render(samples.huge())) <= LIMIT
