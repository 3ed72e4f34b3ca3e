"""The GitHub Action, its steps run as a runner runs them, and the forms that are read by GitHub alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from envdoctor.report import render
from tests.report import samples

TOP = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
BASH = shutil.which("bash")

needs_bash = pytest.mark.skipif(BASH is None or os.name == "nt", reason="no bash to run the steps with")


class Runner:
    """Runs steps with inputs, in folders of its own; `envdoctor` in it is this checkout's."""

    def __init__(self, folder: Path, **inputs: str) -> None:
        self.folder = folder / "a folder"
        self.inputs = {name: given["default"] for name, given in ACTION["inputs"].items()} | inputs
        self.outputs: dict[str, str] = {}
        bin_folder = self.folder / "temp" / "envdoctor" / "bin"
        bin_folder.mkdir(parents=True)
        for name, module in (("envdoctor", "-m envdoctor "), ("python", "")):
            program = bin_folder / name
            program.write_text(f'#!/bin/sh\nexec {sys.executable} {module}"$@"\n')
            program.chmod(0o755)

    def run(self, number: int, **more: str) -> subprocess.CompletedProcess[str]:
        step = STEPS[number]
        values = {name: self._filled(str(value)) for name, value in step.get("env", {}).items()}
        output = self.folder / "output"
        output.touch()
        environment = {
            **os.environ,
            **values,
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "PYTHONPATH": str(TOP),
            **more,
        }
        argv = [str(BASH), "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            argv, check=False, capture_output=True, text=True, env=environment, cwd=self.folder, timeout=300
        )
        self.outputs |= dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
        return done

    def _filled(self, text: str) -> str:
        text = re.sub(r"\$\{\{ inputs\.([\w-]+) }}", lambda match: self.inputs[match[1]], text)
        text = re.sub(r"\$\{\{ steps\.check\.outputs\.([\w-]+) }}", lambda match: self.outputs.get(match[1], ""), text)
        return text.replace("${{ github.action_path }}", str(TOP))


def test_nothing_from_outside_becomes_part_of_a_script() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]

    assert len(scripts) == 3
    assert not any("${{" in script for script in scripts)
    assert all(step["shell"] == "bash" for step in STEPS if "run" in step)
    assert all("description" in given and "default" in given for given in ACTION["inputs"].values())


@pytest.mark.slow
@needs_bash
def test_a_run_leaves_a_summary_annotations_and_three_files(tmp_path: Path) -> None:
    runner = Runner(tmp_path, python=sys.executable, **{"fail-on": "never"})
    done = runner.run(1)
    report = Path(runner.outputs["report"])
    saved = json.loads((report / "envdoctor.json").read_text("utf-8"))

    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in report.iterdir()) == ["envdoctor.html", "envdoctor.json", "envdoctor.md"]
    assert runner.outputs["verdict"] == saved["verdict"]
    assert runner.outputs["exit-code"] == "0"
    assert (runner.folder / "summary.md").read_text("utf-8").startswith("## ")
    assert "::" in done.stdout
    assert "removed" in saved
    assert runner.run(3).returncode == 0


@needs_bash
@pytest.mark.parametrize("code", [0, 1])
def test_the_last_step_fails_as_the_check_did(tmp_path: Path, code: int) -> None:
    runner = Runner(tmp_path)
    runner.outputs["exit-code"] = str(code)

    assert runner.run(3).returncode == code


@needs_bash
def test_findings_reach_the_outputs(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    saved = tmp_path / "broken.json"
    saved.write_text(render(samples.broken(), "json"), "utf-8")
    real = runner.folder / "temp" / "envdoctor" / "bin" / "envdoctor"
    # In place of the machine at hand, a broken one: the first call looks, the others read what it wrote.
    real.write_text(
        f'#!/bin/sh\ncase "$*" in *--from*) ;; *) set -- "$@" --from "{saved}";; esac\n'
        f'exec {sys.executable} -m envdoctor "$@"\n'
    )
    done = runner.run(1)

    assert done.returncode == 0, done.stderr
    assert (runner.outputs["exit-code"], runner.outputs["verdict"]) == ("1", "broken")
    assert "::error title=DRV002" in done.stdout
    assert "DRV002" in (runner.folder / "summary.md").read_text("utf-8")
    assert runner.run(3).returncode == 1


@needs_bash
@pytest.mark.parametrize(
    "inputs",
    [
        {"python": "$(touch owned); `touch owned`; \" ' && touch owned"},
        {"fail-on": 'never"; touch owned; "'},
        {"timeout": "1; touch owned"},
    ],
)
def test_inputs_stay_inputs(tmp_path: Path, inputs: dict[str, str]) -> None:
    runner = Runner(tmp_path, **inputs)
    done = runner.run(1)

    assert done.returncode == 2
    assert "::error::envdoctor ended with exit code 2" in done.stdout
    assert not list(tmp_path.rglob("owned"))


@needs_bash
def test_envdoctor_is_installed_beside_the_job_s_python(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    programs = tmp_path / "programs"
    programs.mkdir()
    said = tmp_path / "said"
    for program in (programs / "python3", runner.folder / "temp" / "envdoctor" / "bin" / "python"):
        program.write_text(
            f'#!/bin/sh\nfor word in "$@"; do printf "%s|" "$word"; done >> "{said}"; echo >> "{said}"\n'
        )
        program.chmod(0o755)
    done = runner.run(0, PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    made, installed = said.read_text("utf-8").splitlines()

    assert done.returncode == 0, done.stderr
    assert made == f"-m|venv|{runner.folder / 'temp' / 'envdoctor'}|"
    assert installed.endswith(f"|{TOP}|")


def test_the_issue_form_asks_for_our_own_report() -> None:
    form = yaml.safe_load((TOP / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text("utf-8"))
    fields = {field["id"]: field for field in form["body"] if "id" in field}

    assert {"name", "description", "body"} <= form.keys()
    assert "envdoctor report --no-bench --issue" in fields["report"]["attributes"]["description"]
    assert fields["report"]["validations"]["required"] is True
    assert {field["type"] for field in form["body"]} <= {"markdown", "textarea", "dropdown", "input", "checkboxes"}


@pytest.mark.parametrize("name", ["report", "action"])
def test_what_maintainers_copy_can_be_read(name: str) -> None:
    page = (TOP / "docs" / "maintainers.md").read_text("utf-8")
    found = re.search(rf"<!-- form: {name} -->\n```yaml\n(.*?)```", page, re.DOTALL)

    assert found is not None
    [step] = yaml.safe_load(found[1])
    if name == "action":
        assert step["with"].keys() <= ACTION["inputs"].keys()
    else:
        assert step["type"] == "textarea"


def test_the_page_for_maintainers_names_inputs_and_outputs() -> None:
    page = (TOP / "docs" / "maintainers.md").read_text("utf-8")

    assert all(f"`{name}`" in page for name in (*ACTION["inputs"], *ACTION["outputs"]))
