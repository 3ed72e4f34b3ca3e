"""The example of a plug-in runs: it is installed like any package, and its check is one of envdoctor's."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Disk
from envdoctor.report import render
from tests.machines_snapshots import HEALTHY

EXAMPLE = Path(__file__).parent / "example_plugin"


@pytest.mark.slow
def test_its_check_speaks_beside_ours(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "installed"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, source],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    full = replace(next(iter(HEALTHY.values()))(), disks=(Disk("working", "/home/ada", 2**30, 2**40, True),))
    saved = tmp_path / "report.json"
    saved.write_text(render(judge_snapshot(full, Options()), "json"), encoding="utf-8")

    def envdoctor(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "envdoctor", *arguments],
            check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(target)},
        )  # fmt: skip

    judged = json.loads(envdoctor("check", "--from", str(saved), "--select", "LAB001", "--json").stdout)
    assert [found["code"] for found in judged["findings"]] == ["LAB001"]
    assert "scratch disk" in envdoctor("explain", "LAB001").stdout
