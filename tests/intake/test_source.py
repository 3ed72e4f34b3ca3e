"""What `--from` is given: reports, texts that hold one, pasted text, and what is no text at all."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Snapshot, Torch, Unknown
from envdoctor.intake.clean import HEAD, TAIL, clean
from envdoctor.intake.read import MOST, read
from envdoctor.intake.source import understand
from envdoctor.registry import load_checks
from envdoctor.report import FORMATS, render
from envdoctor.report.json import BadReport
from tests.machines_snapshots import HEALTHY

SAVED = render(judge_snapshot(next(iter(HEALTHY.values()))(), Options()), "json")
ISSUE = f"# It does not work\n\nSee this:\n\n```json\n{SAVED}\n```\n\nThanks\n"


def test_a_report_keeps_its_facts() -> None:
    assert understand(SAVED.encode()).facts == next(iter(HEALTHY.values()))()


def test_an_issue_that_holds_a_report_is_read_as_the_report() -> None:
    assert understand(ISSUE.encode()).facts == understand(SAVED.encode()).facts


def test_a_report_that_was_cut_off_is_read_as_text() -> None:
    cut = ISSUE[: len(ISSUE) // 2]

    assert isinstance(understand(cut.encode()).facts.messages, tuple)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\n\t", "empty"),
        (bytes(range(256)) * 100, "no text"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 500, "no text"),
        (b'{"schema": "envdoctor/report/999"}', "this version reads"),
        (b'{"a": 1}', 'no "schema"'),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(BadReport) as refused:
        understand(data)

    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_text_without_any_sign_accuses_nobody() -> None:
    report = judge_snapshot(understand(b"hello, my training is bad, please help").facts, Options())

    assert report.findings == ()
    assert report.primary is None
    assert "nothing" in report.headline.lower()


@settings(max_examples=200)
@given(st.binary(min_size=1, max_size=4000))
def test_no_bytes_make_reading_fail(data: bytes) -> None:
    assert isinstance(read(data), Snapshot)


PIECES = [
    "PyTorch version: ", "2.5.0+cu121", "CUDA used to build PyTorch: ", "GPU 0: NVIDIA GeForce RTX 5090",
    "[pip3] torch", "==", "| NVIDIA-SMI 550.1 Driver Version: 550.1 CUDA Version: ", "CUDA_VISIBLE_DEVICES=",
    "```", "> ", "#", "\n", "\r\n", "\u001b[31m", "RuntimeError: CUDA error: ", "no kernel image is available",
    "Traceback (most recent call last):", "N/A", "-1", "None", "9" * 400, "NaN", "{", "}", "'", '"', "|",
    "\uff1a", "\u202e", "\u0000", "docker", "WSL", "Python 3.",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=40).map("".join))
def test_what_looks_like_facts_always_gives_a_report_in_every_format(text: str) -> None:
    snapshot = read(text.encode("utf-8", "replace"))
    report = judge_snapshot(snapshot, Options())

    assert not [left for left in report.not_checked if "itself failed" in left.reason]
    assert json.loads(render(report, "json"))["primary"] == report.primary
    for name in FORMATS:
        if name != "text":
            assert render(report, name)
    assert understand(render(report, "json").encode()).facts == snapshot


def test_a_log_of_many_megabytes_is_read_at_both_ends() -> None:
    text = (
        "PyTorch version: 2.4.1\n" + "".join(f"step {step} loss\n" for step in range(500_000)) + "\nOS: Ubuntu 22.04\n"
    )
    page = clean(text.encode())

    assert page.cut
    assert len(page.flow) <= HEAD + TAIL
    assert isinstance(torch := read(text.encode()).torch, Torch)
    assert torch.version == "2.4.1"
    assert not isinstance(read(text.encode()).host, Unknown)


def test_a_line_that_repeats_is_read_a_few_times() -> None:
    assert len(clean(b"same line\n" * 100_000).lines) < 10


def test_messages_are_bounded() -> None:
    letters = random.Random(1)  # noqa: S311  # no secret
    text = "\n".join(
        f"RuntimeError: operator x{letters.random()} CUDA out of memory. Tried to allocate {i} MiB" for i in range(9999)
    )

    assert isinstance(messages := read(text.encode()).messages, tuple)
    assert len(messages) <= MOST
    assert all(len(message.text) <= 300 for message in messages)


def test_the_checks_of_messages_are_silent_about_a_machine_that_is_looked_at() -> None:
    machine = next(iter(HEALTHY.values()))()
    report = judge_snapshot(machine, Options())
    readers = {
        code for code, check in load_checks().items() if "messages" in check.facts and "messages" not in check.tolerates
    }

    assert not readers & {left.code for left in report.not_checked}
    assert not readers & set(report.checked)
