"""What people complain of, told from what they ask, wish or praise; and which figures agree with it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envdoctor.causes import CAUSES
from envdoctor.examine import Options, judge_snapshot
from envdoctor.intake import complaints
from envdoctor.intake.clean import clean
from envdoctor.intake.complaints.figures import AXES, SEVERAL, contrasts
from envdoctor.intake.complaints.ideas import IDEAS, Ideas
from envdoctor.intake.complaints.table import CODES, ROWS
from envdoctor.intake.complaints.units import HEAD, LONGEST, TAIL, units_of
from envdoctor.intake.read import read
from envdoctor.registry import load_checks
from envdoctor.rules.complaints import KINDS
from tests.complaints import ELSEWHERE

IDLE = "GPU utilisation is 3 % and one core is at 100 %, the DataLoader is slow."


def signs(text: str) -> list[str]:
    return [place.sign for place, _ in complaints.find(clean(text.encode()))]


def codes(text: str) -> list[str]:
    return [found.code for found in judge_snapshot(read(text.encode()), Options()).findings]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in ELSEWHERE.items()])
def test_what_complains_of_nothing_has_no_complaint(text: str) -> None:
    assert signs(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "# What should I buy?\n\nIs a 4070 faster than a 3080? My budget is small.\n",
        "# How do I use DistributedDataParallel on Windows?\n\nI want to train faster. Is gloo slower than nccl?\n",
        "# [Feature] bf16 on MPS\n\nThe GPU is slower than the CPU without it.\n",
        "# Documentation: typo in the page on slow data loading\n",
        "# Upgrading to 2.4 made everything slow\n\nThe DataLoader is slower than in 2.3.\n",
        "# SlowFast does not load\n\nThe slow pathway has other keys in the data loader.\n",
        "# I use a slow tokenizer and a DataLoader\n",
        "# The DataLoader is not slow any more\n",
        "# pip is slow\n\n2 GB at 100 kB/s.\n",
        "# Build of flash-attn takes hours\n\nIt compiles for 3 hours and uses all cores. MAX_JOBS=4 helps.\n",
        "# When I use DDP with 4 GPUs the process hangs after the first epoch\n",
        "# It takes 3 hours on my CPU\n\nThe tutorial says 10 minutes on a GPU. I have none.\n",
        "# Which GPUs have tensor cores?\n\nI read that fp16 is slower on Pascal.\n",
        "# My dataset has NaN values, and I train with AMP\n",
        "# A job is pending, 8 GPU nodes idle\n",
        "# Segmentation fault in the second epoch\n\nThe first epoch takes 10 minutes and is fine.\n",
        "# Early stopping\n\nValidation loss decreases slowly, should I train longer?\n",
        "# Build from source fails\n\nninja: build stopped. RAM usage goes up to 30 GB.\n",
        "# import torch takes 8 seconds\n\nIs that normal on a network drive?\n",
        "# Loading a model takes 10 minutes from NFS\n",
        "# undefined symbol\n\nIt worked for some hours. The disk is slow, home lies on NFS.\n",
        "# Loss is nan\n\nMy targets contain log(0). fp32, no AMP.\n",
    ],
)
def test_words_alone_are_no_complaint(text: str) -> None:
    assert signs(text) == []


def test_code_and_figures_agree_with_a_complaint_and_are_none() -> None:
    code = "```python\nloader = DataLoader(data, num_workers=0)\nfor x in loader:\n    print(loss.item())\n```\n"

    assert signs(code) == []
    assert signs(f"{IDLE}\n\n{code}") == ["loader-bound words", "loader-bound code"]


def test_a_sentence_may_be_broken_into_lines() -> None:
    assert "dp-slower words" in signs("I see that nn.DataParallel\nis slower than\none card.\n")


@pytest.mark.parametrize(
    "line",
    [
        "x = net(y)",
        "loss += criterion(out, y)",
        "for a in b:",
        "    f(a)",
        "print(loss.item())",
        "with torch.no_grad():",
        "if loss > 3:  # never",
        "import torch.nn as nn",
        "$ python train.py",
        "OMP_NUM_THREADS=4 python train.py",
        "step_time_amp: 9.5",
        "- epoch: 62 s",
    ],
)
def test_lines_of_code_are_no_sentences(line: str) -> None:
    [said, code] = units_of(clean(f"It is slow.\n\n```\n{line}\n```\n".encode()))

    assert (said.code, code.code) == (False, True)


@pytest.mark.parametrize(
    "line",
    [
        "with DataParallel it is slower:",
        "for batches of eight it takes longer than before:",
        "if I use more workers:",
        "With torch.backends.cudnn.benchmark = True each step takes longer",
        "OMP_NUM_THREADS=4 makes it faster",
        "GPU usage: 5 %",
        "The loader (12 workers) is slow",
    ],
)
def test_sentences_that_look_like_code_are_sentences(line: str) -> None:
    [unit] = units_of(clean(line.encode()))

    assert not unit.code


@pytest.mark.parametrize(
    ("text", "cause", "plain", "better"),
    [
        ("On the CPU an epoch takes 0.9 s, with `.cuda()` it takes 4 s.", "gpu-slower-small-model", "0.9 s", "4 s"),
        ("12 s on cpu, 31 s on cuda", "gpu-slower-small-model", "12 s", "31 s"),
        ("fp32: 41 it/s, with autocast 30 it/s", "amp-slower-or-nan", "41 it/s", "30 it/s"),
        ("One GPU: 2.0 it/s. Both GPUs: 1.1 it/s.", SEVERAL, "2.0 it/s", "1.1 it/s"),
        ("A single GPU takes 11:55, DDP takes 11:40.", "ddp-no-speedup", "11:55", "11:40"),
        ("first call 2 min, later ones 3 s", "cold-start-compile", "2 min", "3 s"),
        ("epoch_1gpu: 49\nepoch_4gpu: 82", SEVERAL, "epoch 1 gpu: 49", "epoch 4 gpu: 82"),
        ("it_s_fp32: 1.4\nit_s_amp: 1.1", "amp-slower-or-nan", "it s fp32: 1.4", "it s amp: 1.1"),
        ("load_time = 5.6\nstep_time = 5.9", "loader-bound", "load time: 5.6", "step time: 5.9"),
    ],
)
def test_figures_are_set_against_each_other(text: str, cause: str, plain: str, better: str) -> None:
    found = [one for one in contrasts(units_of(clean(text.encode()))) if one.cause == cause]

    assert (plain, better) in {(one.values["plain"], one.values["better"]) for one in found}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("40 s on cpu, 3 s on cuda", id="the GPU is faster"),
        pytest.param("One GPU: 100 img/s. Four GPUs: 390 img/s.", id="four are faster"),
        pytest.param("One GPU: 100 img/s. Four GPUs: 40 s.", id="a rate and a time"),
        pytest.param("The first epoch takes 62 s, the second 60 s.", id="alike"),
        pytest.param("mem_fp32_mib: 100\nmem_amp_mib: 200", id="memory"),
        pytest.param("cpu: 16 cores, gpu: 24 GB", id="no times"),
        pytest.param("first 0 s, then 0 s", id="nothing measured"),
        pytest.param("CPU usage 12, GPU 30", id="no units"),
    ],
)
def test_figures_that_say_nothing(text: str) -> None:
    assert not list(contrasts(units_of(clean(text.encode()))))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("PyTorch version: 2.4.1+cpu\nCUDA used to build PyTorch: None\nGPU 0: NVIDIA GeForce RTX 3060\n", "TOR051"),
        (
            "UserWarning: CUDA initialization: The NVIDIA driver on your system is too old (found version 10010).",
            "DRV051",
        ),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", "RUN051"),
        ("RuntimeError: DataLoader worker (pid 412) is killed by signal: Bus error.", "SYS054"),
        ("CUDA error: no kernel image is available for execution on the device", "GPU055"),
    ],
)
def test_what_a_program_printed_comes_before_what_somebody_complains_of(words: str, code: str) -> None:
    report = judge_snapshot(read(f"# Slow\n\n{IDLE}\n\n```\n{words}\n```\n".encode()), Options())

    assert report.primary == code
    later = [found for found in report.findings if found.code == "RUN071"]
    assert all(found.because_of is not None or report.findings.index(found) > 0 for found in later)


def test_a_cpu_build_is_no_slow_loader() -> None:
    text = f"# GPU is not used\n\n{IDLE}\n\n```\nPyTorch version: 2.4.1+cpu\nIs CUDA available: False\n```\n"

    assert "RUN071" not in codes(text)


def test_a_hint_gives_way_to_a_cause_that_is_named() -> None:
    assert codes("# Slower on the GPU than on the CPU\n\nA tiny net. GPU usage is about 5%.\n") == ["RUN073"]


def test_every_idea_is_asked_for() -> None:
    asked = {
        part for row in ROWS for one in (*row.here, *row.anywhere, *row.never, *row.nowhere) for part in one.split("|")
    }

    assert asked | {"wish", "asked"} | set(complaints.PROVING.values()) == set(IDEAS)


def test_every_sign_has_a_check_that_asks_for_it() -> None:
    signs = (
        {row.sign for row in ROWS}
        | {f"{cause} code" for cause, _ in CODES}
        | {f"{axis.cause} figures" for axis in AXES}
    )
    causes = {cause.rpartition(" ")[0] for cause in signs} - {SEVERAL}

    assert {sign.rpartition(" ")[2] for sign in signs} == set(KINDS)
    assert causes <= set(CAUSES)
    assert causes <= {check.cause for check in load_checks().values() if "messages" in check.facts}


def test_a_long_text_is_read_at_both_ends() -> None:
    log = "".join(f"step {step} loss\n" for step in range(20_000))
    units = units_of(clean(f"{IDLE}\n\n{log}\nAn epoch is slow.\n".encode()))

    assert sum(len(unit.text) for unit in units) <= HEAD + TAIL + 2 * LONGEST
    assert units[0].text.startswith("GPU utilisation")
    assert units[-1].text == "An epoch is slow."


@pytest.mark.parametrize("text", ["slow " * 20_000, "gpu slower than cpu " * 9000, "1 s 2 s " * 20_000, "a. " * 30_000])
def test_sentences_without_an_end_are_cut(text: str) -> None:
    assert all(len(unit.text) <= LONGEST for unit in units_of(clean(text.encode())))
    assert len(complaints.find(clean(text.encode()))) < 100


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(sorted({word for text in ELSEWHERE.values() for word in text.split()})), max_size=60))
def test_no_words_make_it_fail(words: list[str]) -> None:
    for place, unit in complaints.find(clean(" ".join(words).encode())):
        assert place.sign.rpartition(" ")[2] in KINDS
        assert 0 <= place.start < place.end <= len(unit.text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_an_idea_fail(text: str) -> None:
    ideas = Ideas(text)

    assert {idea for idea in IDEAS if ideas.holds(idea)} <= set(IDEAS)
