"""Which Pythons are found, on made-up machines below `tmp_path`; and what their files tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envdoctor.facts import Interpreter, Python, Unknown
from envdoctor.probes import pythons
from envdoctor.probes.calls import Calls
from tests.systems import still, system

HOME = "/home/ada"
WORK = f"{HOME}/code/project"
CUDA = "__version__ = '2.9.1+cu128'\ndebug = False\ncuda: Optional[str] = '12.8'\nhip: Optional[str] = None\n"
SYSTEM = {"/usr/bin/python3.12": ""}
LINKS = {"/usr/bin/python3": "python3.12", "/usr/bin/python": "python3"}


def here(home: str | None = HOME, working: str | None = WORK) -> Calls:
    return still(home=home, working=working)


def venv(folder: str, extra: str = "") -> dict[str, str]:
    return {f"{folder}/pyvenv.cfg": f"home = /usr/bin\nversion = 3.12.3\n{extra}", f"{folder}/bin/python": ""}


def torch(site: str, text: str = CUDA) -> dict[str, str]:
    return {f"{site}/torch/__init__.py": "", f"{site}/torch/version.py": text}


def ask(
    root: Path,
    files: dict[str, str],
    *,
    links: dict[str, str] | None = None,
    examined: str | None = None,
    working: str | None = WORK,
    **environment: str,
) -> dict[str, Interpreter]:
    programs = {path: "" for path in files if "/bin/python" in path}
    others = {path: text for path, text in files.items() if path not in programs}
    links = {path: f"{root}{to}" if to.startswith("/") else to for path, to in (links or {}).items()}
    seen = system(root, others, links=links, programs=programs, environment=environment, calls=here(working=working))
    found = pythons.probe(seen, Python(examined) if examined else None)
    return {one.executable: one for one in found}


def test_the_environment_of_the_project_is_found_with_its_torch(tmp_path: Path) -> None:
    site = f"{WORK}/.venv/lib/python3.12/site-packages"
    found = ask(tmp_path, venv(f"{WORK}/.venv") | torch(site))

    assert found == {
        f"{WORK}/.venv/bin/python": Interpreter(
            f"{WORK}/.venv/bin/python",
            (".venv in the working directory or above",),
            version="3.12.3",
            kind="venv",
            prefix=f"{WORK}/.venv",
            torch="2.9.1+cu128",
            torch_build="cuda",
        )
    }


def test_names_of_one_python_are_one_python(tmp_path: Path) -> None:
    found = ask(tmp_path, SYSTEM, links=LINKS | {"/bin/python3": "/usr/bin/python3"}, PATH="/usr/bin:/bin")

    assert list(found) == ["/usr/bin/python"]
    assert found["/usr/bin/python"].found_by == ("python on PATH", "python3 on PATH")
    assert (found["/usr/bin/python"].kind, found["/usr/bin/python"].version) == ("system", "3.12")


def test_environments_of_one_base_are_many(tmp_path: Path) -> None:
    links = {f"{WORK}/{name}/bin/python": "/usr/bin/python3.12" for name in ("venv", ".venv")}
    files = {f"{WORK}/{name}/pyvenv.cfg": "home = /usr/bin\nversion_info = 3.12.3.final.0\nuv = 0.8\n" for name in
             ("venv", ".venv")}  # fmt: skip
    found = ask(tmp_path, SYSTEM | files, links=links | LINKS, PATH="/usr/bin")

    assert len(found) == 3
    assert found[f"{WORK}/venv/bin/python"].kind == "uv"
    assert found[f"{WORK}/venv/bin/python"].version == "3.12.3"


def test_the_examined_one_leads_and_is_marked(tmp_path: Path) -> None:
    found = ask(
        tmp_path, SYSTEM | venv("/env"), links=LINKS, examined="/env/bin/python", PATH="/usr/bin", VIRTUAL_ENV="/env"
    )

    assert [one.examined for one in found.values()] == [True, False]
    assert found["/env/bin/python"].found_by == ("VIRTUAL_ENV",)


@pytest.mark.parametrize(
    ("path", "way", "environment"),
    [
        ("/c/env", "CONDA_PREFIX", {"CONDA_PREFIX": "/c/env"}),
        (f"{HOME}/miniforge3/envs/ml", "conda", {}),
        (f"{HOME}/code/.venv", ".venv in the working directory or above", {}),
        (f"{HOME}/.cache/pypoetry/virtualenvs/p-Xy-py3.12", "poetry", {}),
        (f"{HOME}/.local/share/virtualenvs/p-Xy", "pipenv", {}),
        (f"{HOME}/.virtualenvs/ml", "virtualenvwrapper", {}),
        ("/envs/ml", "virtualenvwrapper", {"WORKON_HOME": "/envs"}),
        (f"{HOME}/.local/share/uv/python/cpython-3.12.3-linux", "uv", {}),
        (f"{HOME}/.pyenv/versions/3.12.3", "pyenv", {}),
        ("/p/versions/3.12.3", "pyenv", {"PYENV_ROOT": "/p"}),
    ],
)
def test_the_folders_of_tools_are_searched(tmp_path: Path, path: str, way: str, environment: dict[str, str]) -> None:
    [(executable, one)] = ask(tmp_path, venv(path), links=None, examined=None, working=WORK, **environment).items()

    assert executable == f"{path}/bin/python"
    assert one.found_by == (way,)
    assert one.version == "3.12.3"


def test_other_files_in_the_folders_of_tools_are_no_pythons(tmp_path: Path) -> None:
    folder = f"{HOME}/.local/share/uv/python"
    files = {f"{folder}/.lock": "", f"{folder}/.gitignore": "*", f"{HOME}/.virtualenvs/get_env_details": ""}

    assert not ask(tmp_path, files | {f"{HOME}/.pyenv/versions/empty/readme": ""})


def test_conda_lists_its_environments(tmp_path: Path) -> None:
    files = {
        f"{HOME}/.conda/environments.txt": "/data/ml\n/gone\n\nnonsense\n",
        "/data/ml/bin/python": "",
        "/data/ml/conda-meta/python-3.11.9-h955ad1f_0_cpython.json": "{}",
    }
    [one] = ask(tmp_path, files | torch("/data/ml/lib/python3.11/site-packages")).values()

    assert (one.kind, one.version, one.torch) == ("conda", "3.11.9", "2.9.1+cu128")


def test_a_shim_of_pyenv_is_no_python_of_its_own(tmp_path: Path) -> None:
    files = {
        f"{HOME}/.pyenv/shims/bin/python": "",
        f"{HOME}/.pyenv/versions/3.11.7/bin/python": "",
        f"{HOME}/.pyenv/versions/3.12.3/bin/python": "",
        f"{HOME}/code/.python-version": "3.12.3\n",
    }
    links = {f"{HOME}/.pyenv/shims/python": "bin/python", f"{HOME}/.pyenv/shims/python3": "bin/python"}
    found = ask(tmp_path, files, links=links, PATH=f"{HOME}/.pyenv/shims")

    assert {path: one.found_by for path, one in found.items()} == {
        f"{HOME}/.pyenv/versions/3.12.3/bin/python": ("python on PATH", "python3 on PATH", "pyenv"),
        f"{HOME}/.pyenv/versions/3.11.7/bin/python": ("pyenv",),
    }


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        pytest.param('{"python.defaultInterpreterPath": "/env/bin/python"}', "/env/bin/python", id="plain"),
        pytest.param('{"python.pythonPath": "/env"}', "/env/bin/python", id="the old key, a folder"),
        pytest.param(
            '{\n  // mine\n  "python.defaultInterpreterPath": "${workspaceFolder}/e/bin/python",\n}',
            f"{WORK}/e/bin/python",
            id="comments and a last comma",
        ),
        pytest.param('{"python.defaultInterpreterPath": "./e"}', f"{WORK}/e/bin/python", id="relative"),
        pytest.param('{"python.defaultInterpreterPath": "~/e"}', f"{HOME}/e/bin/python", id="home"),
        pytest.param('{"python.defaultInterpreterPath": "${env:E}/bin/python"}', "/env/bin/python", id="variable"),
    ],
)
def test_the_editor_says_which_python_it_uses(tmp_path: Path, settings: str, path: str) -> None:
    files = {f"{WORK}/.vscode/settings.json": settings, path: ""}
    [(executable, one)] = ask(tmp_path, files, E="/env").items()

    assert executable == path
    assert one.found_by == ("editor settings",)


@pytest.mark.parametrize(
    "settings",
    [
        "", "[]", "null", "{", '{"python.defaultInterpreterPath": 3}', '{"python.defaultInterpreterPath": ""}',
        '{"python.defaultInterpreterPath": "${command:python.interpreterPath}"}', "[" * 5000, "\0\ud800",
        '{\n// "python.defaultInterpreterPath": "/env/bin/python"\n}', '{"python.pythonPath": "python"}',
    ],
)  # fmt: skip
def test_settings_that_name_no_python_are_passed_over(tmp_path: Path, settings: str) -> None:
    path = tmp_path / f"{WORK}/.vscode/settings.json".lstrip("/")
    path.parent.mkdir(parents=True)
    path.write_bytes(settings.encode("utf-8", "surrogatepass"))

    assert not ask(tmp_path, {"/env/bin/python": ""})


def test_an_interpreter_that_is_named_and_gone_is_told(tmp_path: Path) -> None:
    [one] = ask(tmp_path, {f"{WORK}/.vscode/settings.json": '{"python.pythonPath": "/gone/bin/python"}'}).values()

    assert one.executable == "/gone/bin/python"
    assert isinstance(one.torch, Unknown)
    assert isinstance(one.version, Unknown)


def test_an_environment_whose_base_is_gone_has_no_torch_to_speak_of(tmp_path: Path) -> None:
    files = {f"{WORK}/.venv/pyvenv.cfg": "version = 3.9.1\n"} | torch(f"{WORK}/.venv/lib/python3.9/site-packages")
    [one] = ask(tmp_path, files, links={f"{WORK}/.venv/bin/python": "/gone/python3.9"}).values()

    assert one.torch == Unknown("there is no such interpreter any more")


def test_notebooks_say_which_python_they_start(tmp_path: Path) -> None:
    folder = f"{HOME}/.local/share/jupyter/kernels"
    files = {
        f"{folder}/ml/kernel.json": json.dumps({"argv": ["/env/bin/python", "-m", "ipykernel_launcher"]}),
        f"{folder}/bare/kernel.json": json.dumps({"argv": ["python", "-m", "ipykernel_launcher"]}),
        f"{folder}/ir/kernel.json": json.dumps({"argv": ["/usr/bin/R", "--slave"]}),
        f"{folder}/odd/kernel.json": json.dumps({"argv": [None]}),
        f"{folder}/bad/kernel.json": "{",
    }
    [one] = ask(tmp_path, files | venv("/env")).values()

    assert one.found_by == ("Jupyter kernel ml",)


@pytest.mark.parametrize(
    ("site", "seen"),
    [
        pytest.param("/usr/lib/python3/dist-packages", True, id="Debian's own"),
        pytest.param("/usr/local/lib/python3.12/dist-packages", True, id="sudo pip on Debian"),
        pytest.param(f"{HOME}/.local/lib/python3.12/site-packages", True, id="the user's own"),
        pytest.param("/usr/lib64/python3.12/site-packages", True, id="Fedora"),
        pytest.param("/usr/lib/python3.11/site-packages", False, id="another Python's"),
    ],
)
def test_where_the_system_keeps_its_packages(tmp_path: Path, site: str, seen: bool) -> None:
    found = ask(tmp_path, SYSTEM | torch(site), links=LINKS, PATH="/usr/bin")

    assert (found["/usr/bin/python"].torch is not None) is seen


@pytest.mark.parametrize(("extra", "seen"), [("include-system-site-packages = true\n", True), ("", False)])
def test_an_environment_sees_its_base_only_if_told_so(tmp_path: Path, extra: str, seen: bool) -> None:
    [one] = ask(tmp_path, venv(f"{WORK}/.venv", extra) | torch("/usr/lib/python3/dist-packages")).values()

    assert (one.torch is not None) is seen


@pytest.mark.parametrize(
    ("text", "version", "build"),
    [
        ("__version__ = '2.15.0+cpu'\ncuda = None\n", "2.15.0+cpu", "cpu"),
        ('__version__ = "2.9.1+rocm6.4"\ncuda: Optional[str] = None\nhip: Optional[str] = "6.4"\n', "2.9.1+rocm6.4",
         "rocm"),
        ("", Unknown("its version.py names none"), "cpu"),
    ],
)  # fmt: skip
def test_the_build_is_read_from_its_file(tmp_path: Path, text: str, version: object, build: str) -> None:
    site = f"{WORK}/venv/lib/python3.12/site-packages"
    [one] = ask(tmp_path, venv(f"{WORK}/venv") | torch(site, text)).values()

    assert one.torch == version
    assert one.torch_build == build or isinstance(one.torch, Unknown)


def test_what_an_uninstallation_left_is_no_torch(tmp_path: Path) -> None:
    site = f"{WORK}/venv/lib/python3.12/site-packages"
    [one] = ask(tmp_path, venv(f"{WORK}/venv") | {f"{site}/torch/lib/libc10.so": ""}).values()

    assert one.torch is None
    assert one.torch_build is None


def test_an_empty_machine_has_none(tmp_path: Path) -> None:
    assert not ask(tmp_path, {}, working=None)
    assert not ask(tmp_path, {}, working="/", PATH="::relative:/none", CONDA_EXE="conda", WORKON_HOME="")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=60) | st.sampled_from((b'{"argv": ["/\\u0000"]}', b'{"argv": ["/\\ud800/python"]}')))
def test_no_file_makes_it_fail(tmp_path: Path, content: bytes) -> None:
    for path in (
        f"{HOME}/.conda/environments.txt",
        f"{HOME}/.pyenv/version",
        f"{HOME}/.local/share/jupyter/kernels/k/kernel.json",
        f"{WORK}/.vscode/settings.json",
        f"{WORK}/.venv/pyvenv.cfg",
        f"{WORK}/.venv/lib/python3.12/site-packages/torch/version.py",
        f"{WORK}/.venv/lib/python3.12/site-packages/torch/__init__.py",
    ):
        file = tmp_path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    found = ask(tmp_path, {f"{WORK}/.venv/bin/python": ""})

    assert f"{WORK}/.venv/bin/python" in found
    assert json.dumps([one.executable for one in found.values()], ensure_ascii=False).encode()
