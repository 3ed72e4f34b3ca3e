"""The answer to a pasted text: what a maintainer can post without reading it twice."""

import re

import pytest

from envdoctor.examine import Options, judge_snapshot
from envdoctor.intake.read import read
from envdoctor.report import render
from envdoctor.report.answer import missing_facts
from envdoctor.report.summary import rows

NEW_CARD = """\
# it does not work with my card

```
RuntimeError: CUDA error: no kernel image is available for execution on the device
PyTorch version: 2.5.0+cu121
OS: Ubuntu 22.04
Python version: 3.10.12
GPU 0: NVIDIA GeForce RTX 5090
```
"""


def answer(text: str) -> str:
    return render(judge_snapshot(read(text.encode()), Options()), "markdown")


def test_cause_evidence_and_cure() -> None:
    said = answer(NEW_CARD)

    assert "12.0" in said
    assert "What shows it:" in said
    assert "line " in said
    assert "**How to mend it:**" in said
    assert "no machine was looked at" in said


def test_what_is_missing_is_asked_for_with_one_command() -> None:
    said = answer(NEW_CARD)

    assert "the version of the driver" in said
    assert "`nvidia-smi`" in said
    assert said.count("envdoctor check --format markdown") == 1


def test_a_text_that_says_nothing_is_no_sound_machine() -> None:
    said = answer("my training is slow\n")

    assert said.startswith("Nothing in this text shows a fault of the environment")
    assert "the GPU" in said
    assert "torch.utils.collect_env" in said
    assert "Healthy" not in said


def test_a_complete_text_is_not_asked_for_more() -> None:
    text = NEW_CARD + "\nCUDA used to build PyTorch: 12.1\nNvidia driver version: 570.133.20\n"

    assert missing_facts(read(text.encode())) == []


@pytest.mark.parametrize(
    "hostile",
    ["`rm -rf`", "<script>alert(1)</script>", "@somebody #1", "a | b", "]( http://x )", "\x1b[31m", "```\n# big"],
)
def test_what_was_pasted_stays_a_text(hostile: str) -> None:
    said = answer(NEW_CARD.replace("on the device", f"on the device {hostile}").replace("5090", f"5090 {hostile}"))

    assert "<script>" not in said
    assert "\x1b" not in said
    assert "@somebody" not in re.sub(r"`[^`\n]*`|<code>.*?</code>", "", said)
    assert said.count("```") % 2 == 0


def test_what_the_text_does_not_say_is_no_row() -> None:
    report = judge_snapshot(read(NEW_CARD.encode()), Options())

    assert [row.label for row in rows(report)] == ["System", "GPU", "Python", "PyTorch"]


def test_a_place_that_words_name_has_its_line() -> None:
    said = answer("nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1\nI use WSL2\n")

    assert "`platform.wsl` is `2` (words, line 2)" in said


def test_a_complaint_of_a_slow_run_is_answered_with_its_cure() -> None:
    said = answer(
        "# Slow\n\nTraining with nn.DataParallel is slower than on one GPU. One GPU: 2.0 it/s, both: 1.1 it/s.\n"
    )

    assert said.startswith("Nothing in this text proves a fault of the environment.")
    assert "DataParallel is no faster than one GPU" in said
    assert "line 3:" in said
    assert "**How to mend it:** Start one process per GPU with torchrun" in said
    assert "Also seen" not in said
