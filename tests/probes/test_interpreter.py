"""Which Python is examined, on made-up machines below `tmp_path`."""

import os
from pathlib import Path

import pytest

from envdoctor.probes.interpreter import Choice, UnknownInterpreterError, choose
from envdoctor.probes.system import System

OWN = "/opt/doctor/bin/python"


def program(root: Path, path: str, mode: int = 0o755) -> str:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    file.chmod(mode)
    return path


def choice(root: Path, wanted: str | None = None, **environment: str) -> Choice:
    return choose(System(root=root, environment=environment), wanted, own=OWN, own_prefix="/opt/doctor")


def test_the_active_virtual_environment_comes_first(tmp_path: Path) -> None:
    program(tmp_path, "/env/bin/python")
    program(tmp_path, "/conda/bin/python")
    program(tmp_path, "/usr/bin/python")
    program(tmp_path, "/opt/doctor/lib/python3.12/site-packages/torch/__init__.py")

    chosen = choice(tmp_path, VIRTUAL_ENV="/env", CONDA_PREFIX="/conda", PATH="/usr/bin")
    assert chosen == Choice("/env/bin/python", "VIRTUAL_ENV names its environment")

    chosen = choice(tmp_path, CONDA_PREFIX="/conda", PATH="/usr/bin")
    assert chosen == Choice("/conda/bin/python", "CONDA_PREFIX names its environment")

    assert choice(tmp_path, PATH="/usr/bin") == Choice(OWN, "envdoctor is installed beside its torch")


def test_then_the_first_python_on_path(tmp_path: Path) -> None:
    program(tmp_path, "/a/python3")
    program(tmp_path, "/b/python")

    assert choice(tmp_path, PATH="/a:/b") == Choice("/b/python", "it is the first python on PATH")
    assert choice(tmp_path, PATH="/a") == Choice("/a/python3", "it is the first python3 on PATH")
    assert choice(tmp_path, PATH="/none") == Choice(OWN, "there is no other Python on PATH")
    assert choice(tmp_path) == Choice(OWN, "there is no other Python on PATH")


@pytest.mark.parametrize("stale", ["/gone", "", "relative/gone", "/nul\0"])
def test_a_leftover_variable_says_nothing(tmp_path: Path, stale: str) -> None:
    program(tmp_path, "/usr/bin/python")

    assert choice(tmp_path, VIRTUAL_ENV=stale, PATH="/usr/bin").executable == "/usr/bin/python"


def test_an_environment_whose_base_is_gone_is_the_patient(tmp_path: Path) -> None:
    program(tmp_path, "/usr/bin/python")
    (tmp_path / "env/bin").mkdir(parents=True)
    (tmp_path / "env/bin/python").symlink_to("/gone/bin/python3.9")

    assert choice(tmp_path, VIRTUAL_ENV="/env", PATH="/usr/bin").executable == "/env/bin/python"


def test_an_environment_without_a_python_is_the_patient(tmp_path: Path) -> None:
    program(tmp_path, "/usr/bin/python")
    (tmp_path / "env").mkdir()

    assert choice(tmp_path, VIRTUAL_ENV="/env/", PATH="/usr/bin").executable == "/env/bin/python"


@pytest.mark.parametrize("place", ["bin/python3", "Scripts/python.exe", "python.exe"])
def test_environments_of_all_kinds(tmp_path: Path, place: str) -> None:
    program(tmp_path, f"/env/{place}")

    assert choice(tmp_path, VIRTUAL_ENV="/env").executable == f"/env/{place}"


@pytest.mark.parametrize("mark", ["pipx_metadata.json", "uv-receipt.toml"])
def test_an_environment_made_for_envdoctor_alone_is_no_patient(tmp_path: Path, mark: str) -> None:
    program(tmp_path, "/usr/bin/python")
    program(tmp_path, "/opt/doctor/lib/python3.12/site-packages/torch/__init__.py")
    program(tmp_path, f"/opt/doctor/{mark}")

    assert choice(tmp_path, PATH="/usr/bin").executable == "/usr/bin/python"


def test_own_torch_is_found_on_windows(tmp_path: Path) -> None:
    program(tmp_path, "/opt/doctor/Lib/site-packages/torch/__init__.py")

    assert choice(tmp_path).because == "envdoctor is installed beside its torch"


@pytest.mark.parametrize("folder", ["env", "my env", "umgebung ü", 'it\'s "quoted"', "-dash"])
def test_a_folder_that_is_asked_for(tmp_path: Path, folder: str) -> None:
    python = tmp_path / folder / "bin" / "python"
    program(Path("/"), str(python))

    for wanted in (str(tmp_path / folder), f"{tmp_path / folder}/", str(python)):
        assert choice(Path("/"), wanted, VIRTUAL_ENV="/env") == Choice(str(python), "--python names it")


def test_a_folder_named_relatively(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, ".venv/bin/python")
    monkeypatch.chdir(tmp_path)

    for wanted in (".venv", "./.venv", ".venv/bin/python"):
        assert choice(Path("/"), wanted).executable == str(tmp_path / ".venv/bin/python")


def test_a_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "env/bin/python")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert choice(Path("/"), "~/env").executable == str(tmp_path / "env/bin/python")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    base = tmp_path / program(tmp_path, "base/bin/python3.12")
    (tmp_path / "env/bin").mkdir(parents=True)
    (tmp_path / "env/bin/python").symlink_to(base)

    assert choice(Path("/"), str(tmp_path / "env")).executable == str(tmp_path / "env/bin/python")


def test_a_dangling_link_that_is_asked_for_is_examined(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(tmp_path / "gone")

    assert choice(Path("/"), str(tmp_path / "python")).executable == str(tmp_path / "python")


def test_a_name_is_looked_up_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = program(Path("/"), str(tmp_path / "bin/python3.12"))
    monkeypatch.chdir(tmp_path)

    assert choice(Path("/"), "python3.12", PATH=str(tmp_path / "bin")).executable == there


def test_a_folder_of_that_name_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = program(Path("/"), str(tmp_path / "bin/python3"))
    (tmp_path / "python3").mkdir()
    program(tmp_path, "env/bin/python")
    program(tmp_path, "bin/env")
    monkeypatch.chdir(tmp_path)

    assert choice(Path("/"), "python3", PATH=str(tmp_path / "bin")).executable == there
    assert choice(Path("/"), "env", PATH=str(tmp_path / "bin")).executable == str(tmp_path / "env/bin/python")


@pytest.mark.parametrize("name", ["python", "python3"])
def test_the_folder_of_programs_of_an_environment(tmp_path: Path, name: str) -> None:
    program(tmp_path, f"env/bin/{name}")

    assert choice(Path("/"), str(tmp_path / "env/bin")).executable == str(tmp_path / "env/bin" / name)


def test_a_folder_called_python_is_no_interpreter(tmp_path: Path) -> None:
    (tmp_path / "sources/python").mkdir(parents=True)

    with pytest.raises(UnknownInterpreterError, match="there is no python in the folder"):
        choice(Path("/"), str(tmp_path / "sources"))


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta/history"])
def test_an_environment_whose_python_was_removed_is_examined(tmp_path: Path, mark: str) -> None:
    program(tmp_path, f"env/{mark}")

    for wanted in ("env", "env/bin/python"):
        assert choice(Path("/"), str(tmp_path / wanted)).executable == str(tmp_path / "env/bin/python")
    with pytest.raises(UnknownInterpreterError, match="does not exist"):
        choice(Path("/"), str(tmp_path / "env/bin/train.py"))


@pytest.mark.parametrize("name", ["python", "python3.12", "pypy3", "python3.14t"])
def test_an_interpreter_that_may_not_be_run_is_examined(tmp_path: Path, name: str) -> None:
    there = str(tmp_path / program(tmp_path, name, 0o644))

    assert choice(Path("/"), there).executable == there


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        pytest.param("", "is empty", id="nothing"),
        pytest.param("no-such-python", "no program 'no-such-python' on PATH", id="a name"),
        pytest.param("{tmp}/none", "does not exist", id="a path"),
        pytest.param("{tmp}/plain", "is not executable", id="a file"),
        pytest.param("{tmp}/empty", "there is no python in the folder", id="a folder"),
        pytest.param("{tmp}/nul\0", "does not exist", id="a name that cannot be"),
        pytest.param("{tmp}/" + "x" * 300, "does not exist", id="a name that is too long"),
    ],
)
def test_what_is_no_interpreter(tmp_path: Path, wanted: str, says: str) -> None:
    (tmp_path / "plain").touch(0o644)
    (tmp_path / "empty").mkdir()

    with pytest.raises(UnknownInterpreterError) as caught:
        choice(Path("/"), wanted.format(tmp=tmp_path), PATH=str(tmp_path))

    message = str(caught.value)
    assert says in message
    assert "give the path of an interpreter" in message
    assert "\n" not in message


def test_the_working_directory_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    with pytest.raises(UnknownInterpreterError, match="give the path"):
        choice(Path("/"), ".venv")

    assert choice(Path("/"), "/usr/bin/env", PATH=os.defpath).executable == "/usr/bin/env"
