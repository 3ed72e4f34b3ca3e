"""What a user gets: the wheel, in an environment with nothing but its dependencies."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory)


def built(tmp_path_factory: pytest.TempPathFactory, kind: str = "") -> Path:
    # A copy: a build leaves folders behind, and two test processes may build at once.
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(TOP / name, source)
    for name in ("envdoctor", "checks", "launcher"):
        shutil.copytree(TOP / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, source],
        check=False, capture_output=True, text=True, env=os.environ | {"ENVDOCTOR_WHEEL": kind},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = folder.glob("*.whl")
    return made


@pytest.mark.slow
def test_holds_every_module_and_data_file(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        f"{known}/{path.relative_to(TOP / folder).as_posix()}"
        for folder, known in (("envdoctor", "envdoctor"), ("checks", "envdoctor_checks"))
        for path in (TOP / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".md"
    }

    assert sources <= inside


@pytest.mark.slow
def test_runs_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "a place"], check=True)
    python = tmp_path / "a place" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, capture_output=True)

    def envdoctor(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [python.parent / "envdoctor", *arguments],
            check=False, capture_output=True, text=True, cwd=tmp_path, env=os.environ | variables,
        )  # fmt: skip

    assert envdoctor("--version").stdout.startswith("envdoctor ")
    checked = envdoctor("check", "--json", "--python", str(python))
    report = json.loads(checked.stdout)
    assert checked.returncode == report["exit_code"] == 1
    assert report["primary"] == "TOR001"
    assert envdoctor("explain", "TOR001").returncode == 0
    assert "<!doctype html>" in envdoctor("check", "--format", "html", "--python", str(python)).stdout.lower()
    if os.name == "posix":
        assert envdoctor("--version", PYTHONHOME="/none", PYTHONPATH="/none").stdout.startswith("envdoctor ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "tag", "command", "launched"),
    [
        pytest.param("any", "none-any.whl", "envdoctor", False, id="for every system"),
        pytest.param("posix", ".macosx_11_0_arm64.whl", "envdoctor-python", True, id="for all that have a shell"),
    ],
)
def test_other_kinds(
    kind: str, tag: str, command: str, launched: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = built(tmp_path_factory, kind)
    with zipfile.ZipFile(made) as archive:
        [entry_points] = [name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt")]
        text = archive.read(entry_points).decode()
        scripts = [name for name in archive.namelist() if ".data/scripts/" in name]

    assert made.name.endswith(tag)
    assert f"\n{command} = envdoctor.__main__:main\n" in text
    assert "[envdoctor.checks]\nenvdoctor = envdoctor_checks\n" in text
    assert [name.rpartition("/")[2] for name in scripts] == ["envdoctor"] * launched
