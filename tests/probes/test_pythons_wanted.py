"""When the other Pythons of the machine are looked for: on request, and where the examined one has no torch."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from envdoctor.facts import NOT_ASKED, Snapshot
from envdoctor.facts import Python as PythonFact
from envdoctor.probes.interpreter import Choice
from envdoctor.probes.snapshot import Look, take_snapshot
from tests.systems import still, system


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python without any package."""
    folder = tmp_path_factory.mktemp("bare") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, capture_output=True)
    return str(folder / "bin" / "python")


def look(root: Path, python: str, *, all_pythons: bool = False) -> tuple[Snapshot, list[str]]:
    site = "/home/ada/work/.venv/lib/python3.12/site-packages"
    machine = system(
        root,
        {
            "/home/ada/work/.venv/pyvenv.cfg": "version = 3.12.3\n",
            f"{site}/torch/__init__.py": "",
            f"{site}/torch/version.py": "__version__ = '2.9.1+cu128'\n",
        },
        programs={"/home/ada/work/.venv/bin/python": ""},
        calls=still(home="/home/ada", working="/home/ada/work"),
    )
    wanted = Look(python=Choice(python, "asked for"), import_torch=False, all_pythons=all_pythons)
    snapshot, probes = take_snapshot(machine, wanted)
    return snapshot, [probe.name for probe in probes]


def test_without_torch_they_are_looked_for(tmp_path: Path, python: str) -> None:
    snapshot, probes = look(tmp_path, python)

    assert isinstance(snapshot.pythons, tuple)
    assert [(one.examined, one.torch) for one in snapshot.pythons[1:]] == [(False, "2.9.1+cu128")]
    assert snapshot.pythons[0].examined
    assert "pythons" in probes


def test_with_torch_only_on_request(tmp_path: Path, python: str) -> None:
    site = next((Path(python).parent.parent / "lib").glob("python3.*/site-packages"))
    (site / "torch").mkdir()
    (site / "torch" / "__init__.py").touch()
    (site / "torch" / "version.py").write_text("__version__ = '2.8.0'\ncuda = None\n", encoding="utf-8")

    snapshot, probes = look(tmp_path, python)
    assert snapshot.pythons == NOT_ASKED
    assert "pythons" not in probes

    snapshot, probes = look(tmp_path, python, all_pythons=True)
    assert isinstance(snapshot.pythons, tuple)
    assert "pythons" in probes


def test_headers_are_those_that_an_extension_would_be_compiled_with(tmp_path: Path, python: str) -> None:
    snapshot, _ = look(tmp_path, python)
    header = Path(sysconfig.get_config_var("INCLUDEPY") or "/none", "Python.h")

    assert isinstance(snapshot.python, PythonFact)
    assert snapshot.python.headers == (str(header.parent) if header.is_file() else None)
