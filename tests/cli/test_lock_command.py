"""`envdoctor lock`, and `check --against`: the circle of looking, locking, drifting and finding out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from envdoctor.cli.main import main
from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Torch
from envdoctor.lock import load, make_lock, render
from envdoctor.report import json as json_format
from tests.machines_snapshots import gpu_machine


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good machine's report and lock, and the same machine with another torch."""
    good = judge_snapshot(gpu_machine(), Options())
    other = replace(gpu_machine(), torch=replace(_torch(), version="2.13.0+cu126", cuda="12.6"))
    (tmp_path / "good.json").write_text(json_format.render(good), encoding="utf-8")
    (tmp_path / "good.lock.json").write_text(render(make_lock(good)), encoding="utf-8")
    (tmp_path / "other.json").write_text(json_format.render(judge_snapshot(other, Options())), encoding="utf-8")
    return tmp_path


def _torch() -> Torch:
    torch = gpu_machine().torch
    assert isinstance(torch, Torch)
    return torch


@pytest.mark.slow
def test_a_real_machine_is_locked_and_has_not_drifted(tmp_path: Path) -> None:
    file = tmp_path / "good.lock.json"
    locked = run("lock", "--python", sys.executable, "--anyway", "-o", str(file))
    lock = load(file.read_bytes())

    assert locked.exit_code == 0, locked.output
    assert lock.install.packages
    again = run("check", "--python", sys.executable, "--against", str(file), "--json", "--select", "PRJ")
    assert not json.loads(again.stdout)["findings"], again.stdout


def test_what_is_not_sound_is_not_locked(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    result = run("lock", "--python", str(program), "-o", str(tmp_path / "x.lock.json"))

    assert result.exit_code == 1
    assert "envdoctor lock: not sound" in result.stderr
    assert not (tmp_path / "x.lock.json").exists()


@pytest.mark.parametrize("against", ["good.json", "good.lock.json"])
@pytest.mark.parametrize(("source", "codes"), [("good.json", []), ("other.json", ["PRJ101"])])
def test_drift_has_a_code_and_an_exit_code(folder: Path, against: str, source: str, codes: list[str]) -> None:
    result = run(
        "check", "--from", str(folder / source), "--against", str(folder / against), "--json", "--select", "PRJ"
    )
    report = json.loads(result.stdout)

    assert [found["code"] for found in report["findings"]] == codes
    assert result.exit_code == int(bool(codes))
    assert report["facts"]["drift"] == [] if not codes else report["facts"]["drift"][0]["path"] == "torch.version"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('python = ">=3.10"\n[gpu]\nmemory = "24 GB"', []),
        ('[torch]\nversion = "<2"', ["PRJ003"]),
        ('os = "windows"\n[gpu]\ncount = 8\n[packages]\nvllm = "*"', ["PRJ001", "PRJ004", "PRJ005"]),
        ('[environment]\nrequired = ["HF_TOKEN"]', []),
    ],
)
def test_a_contract_judges_a_saved_report(folder: Path, text: str, codes: list[str]) -> None:
    (folder / "envdoctor.toml").write_text(text)
    arguments = ("--from", str(folder / "good.json"), "--against", str(folder / "envdoctor.toml"), "--json")
    result = run("check", *arguments)
    report = json.loads(result.stdout)

    assert sorted({found["code"] for found in report["findings"] if found["code"].startswith("PRJ")}) == codes
    assert result.exit_code == int(bool(codes))


def test_a_contract_judges_this_machine_by_its_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "envdoctor.toml"
    file.write_text('[environment]\nrequired = ["HF_TOKEN", "OTHER_TOKEN"]')
    monkeypatch.setenv("HF_TOKEN", "hf_abcdefghijklmnopqrstuvwxyz0123")
    monkeypatch.delenv("OTHER_TOKEN", raising=False)
    result = run("check", "--static", "--python", sys.executable, "--against", str(file), "--json", "--select", "PRJ")
    report = json.loads(result.stdout)

    assert [found["what"] for found in report["findings"]] == ["OTHER_TOKEN is not set; envdoctor.toml needs it to be."]
    assert report["facts"]["variables"] == {"HF_TOKEN": True, "OTHER_TOKEN": False}
    assert "hf_abc" not in result.stdout
    assert result.exit_code == 1


def test_what_a_report_cannot_tell_is_said_and_is_no_violation(folder: Path) -> None:
    (folder / "envdoctor.toml").write_text('[environment]\nrequired = ["HF_TOKEN"]')
    arguments = ("--from", str(folder / "good.json"), "--against", str(folder / "envdoctor.toml"), "--json")
    report = json.loads(run("check", *arguments).stdout)

    assert {"code": "PRJ012", "reason": "whether HF_TOKEN is set was not looked at"} in report["not_checked"]


@pytest.mark.parametrize(
    ("against", "says"),
    [
        ("none.toml", "No such file or directory; name a project's envdoctor.toml, or a lock"),
        ("none.json", "No such file or directory"),
        ("bad.toml", "line 1, pythn: there is no such key; did you mean 'python'?"),
        ("bad.json", "not JSON"),
    ],
)
def test_wrong_usage_is_one_line(folder: Path, against: str, says: str) -> None:
    (folder / "bad.toml").write_text("pythn = 1")
    (folder / "bad.json").write_text('{"schema": "envdoctor/lock/1", ')
    result = run("check", "--from", str(folder / "good.json"), "--against", str(folder / against))

    assert result.exit_code == 2
    [line] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert "--against" in line
    assert says in line
    assert result.stdout == ""


def test_both_cannot_come_through_one_pipe() -> None:
    assert "cannot both read the standard input" in run("check", "--from", "-", "--against", "-").stderr
