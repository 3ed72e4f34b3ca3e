from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.judge import judge
from envdoctor.registry import load_checks
from envdoctor.report.model import make_report
from envdoctor.report.places import Places
from envdoctor.report.private import make_private
from tests.machines_broken import BROKEN
from tests.machines_snapshots import HEALTHY
from tests.report.test_private import ANN


def numbered(text: str, packages: tuple[str, ...] = ("torch", "numpy")) -> str:
    return Places(packages, lambda _: None).clean(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data/acme/.venv/bin/python", "/data/<folder-1>/.venv/bin/python"),
        ("~/clients/acme/x", "~/clients/<folder-1>/x"),
        (
            "/mnt/acme/lib/python3.12/site-packages/torch/x.so",
            "/mnt/<folder-1>/lib/python3.12/site-packages/torch/x.so",
        ),
        ("~/miniconda3/envs/acme/bin/python3.11", "~/miniconda3/envs/<folder-1>/bin/python3.11"),
        ("PATH=/data/acme/bin:/opt/acme/sbin", "PATH=/data/<folder-1>/bin:/opt/<folder-1>/sbin"),
        ("-I/data/acme/include", "-I/data/<folder-1>/include"),
        ("in /data/acme.", "in /data/<folder-1>."),
        ("/usr/local/acme/bin", "/usr/local/<folder-1>/bin"),
        ('File "/data/acme/train.py", line 3', 'File "/data/<folder-1>/train.py", line 3'),
        ('File "/data/merger.py", line 3', 'File "/data/<file-1>.py", line 3'),
        (r"D:\acme\venv\Scripts\python.exe", r"D:\<folder-1>\venv\Scripts\python.exe"),
        (r"D:\\acme\\x", r"D:\\<folder-1>\\x"),
        (r"\\server\acme\x", r"\\<host>\<folder-1>\x"),
        (r"failed\n/data/acme", r"failed\n/data/<folder-1>"),
        ("file:///data/acme/x", "file:///data/<folder-1>/x"),
    ],
)
def test_numbers_what_tells(text: str, expected: str) -> None:
    assert numbered(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "/usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01",
        "/usr/local/cuda-12.8/targets/x86_64-linux/lib/libcublas.so.12",
        "/usr/lib/wsl/lib/libcuda.so.1",
        "/opt/nvidia/hpc_sdk/Linux_x86_64/24.5/cuda/12.4/bin/nvcc",
        "/opt/conda/lib/python3.11/site-packages/acme/secret.py",
        "/proc/driver/nvidia/version and /dev/nvidia0 and /sys/module/nvidia",
        "~/.pyenv/versions/3.12.8/bin/python",
        "~/.venv/bin/python -m pip install torch",
        "/data/random.py hides Python's own",
        "~/project/torch.py hides PyTorch",
        r"C:\Windows\System32\nvcuda.dll",
        r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin",
        "41,875 images/s, and/or, n/a, I/O, 0MiB / 81920MiB, 3/4, application/json, 2026/11/20",
        "cl /c /MD",
        "torch/lib/libtorch_cuda.so: undefined symbol",
        "https://download.pytorch.org/whl/cu128/torch",
        "$CUDA_HOME/bin/nvcc",
        r"\d+\w*",
        "/",
        "~",
        "//",
    ],
)
def test_leaves_what_says_nothing_about_anybody(text: str) -> None:
    assert numbered(text) == text


def test_one_name_has_one_number() -> None:
    places = Places((), lambda _: None)

    assert places.clean("/data/acme/x /data/globex") == "/data/<folder-1>/x /data/<folder-2>"
    assert places.clean("/data/globex/y") == "/data/<folder-2>/y"


def test_a_path_with_blanks_and_marks_is_known_from_the_facts() -> None:
    counts: Counter[str] = Counter()
    places = Places((), lambda kind: counts.update([kind]))
    places.know("/data/Acme & Sons (2026)/x=1/bin/python")

    assert places.clean("no /data/Acme & Sons (2026)/x=1/bin/python here") == (
        "no /data/<folder-1>/<folder-2>/bin/python here"
    )
    assert counts == {"path": 1}


@given(st.text(st.sampled_from("/\\~:.ab <>-1"), max_size=30))
def test_twice_is_once(text: str) -> None:
    once = numbered(text)

    assert numbered(once) == once


@pytest.mark.parametrize("name", [*BROKEN, *HEALTHY])
def test_today_s_checks_come_to_the_same_judgement_without_private_data(name: str) -> None:
    facts = BROKEN[name] if name in BROKEN else HEALTHY[name]()
    judgement = judge(facts, load_checks())
    kept = make_private(make_report(facts, judgement, seconds=1.0), ANN).facts

    assert [found.code for found in judge(kept, load_checks()).findings] == [found.code for found in judgement.findings]
