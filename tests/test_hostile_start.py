"""envdoctor starts and reports where Python itself would not: through the launcher, by real processes."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from envdoctor import __version__

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no launcher on Windows")

TOP = Path(__file__).parent.parent
PIP = "import sys\nfrom envdoctor.__main__ import main\nsys.exit(main())\n"
ASIDE = "import sys\nprint('the other command', *sys.argv[1:])\n"
SHAPES = {
    "plain": "#!{python}\n",
    "with flags": "#!{python} -sP\n",
    "pip, a space": "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n",
    "pip, a long path": "#!/bin/sh\n'''exec' {python} \"$0\" \"$@\"\n' '''\n",
    "uv, a space": "#!/bin/sh\n'''exec' '{python}' \"$0\" \"$@\"\n' '''\n",
    "uv, relocatable": "#!/bin/sh\n'''exec' \"$(dirname \"$(realpath \"$0\")\")\"/'python' \"$0\" \"$@\"\n' '''\n",
}
"""How installers write the place of a Python into a command."""
Done = subprocess.CompletedProcess[str]


class Installed:
    """A folder with the launcher, the command beside it as an installer writes it, and a Python."""

    def __init__(self, folder: Path, shape: str = "plain", body: str = PIP) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.python = folder / "python3"
        self.write("python3", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        (folder / "python").symlink_to("python3")
        self.write("envdoctor-python", SHAPES.get(shape, shape).format(python=self.python) + body)
        shutil.copy(TOP / "launcher" / "envdoctor", folder)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")
        (self.folder / name).chmod(0o755)

    def run(self, *arguments: str, variables: Mapping[str, str] | None = None, command: Path | None = None) -> Done:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [command or self.folder / "envdoctor", *arguments],
            check=False, capture_output=True, text=True, timeout=60, env=mine | dict(variables or {}), cwd=self.folder,
        )  # fmt: skip


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path / "bin")


@pytest.fixture
def shadows(tmp_path: Path) -> Path:
    """A folder with files that hide what every Python needs before it can run a line."""
    folder = tmp_path / "shadows"
    folder.mkdir()
    for name in ("os", "encodings", "site", "re", "json", "click", "msgspec", "sitecustomize"):
        (folder / f"{name}.py").write_text("raise SystemExit('mine')")
    return folder


HOSTILE = {
    "PYTHONHOME": "/none",
    "PYTHONPATH": "SHADOWS",
    "PYTHONPLATLIBDIR": "none",
    "PYTHONMALLOC": "rubbish",
    "PYTHONHASHSEED": "rubbish",
    "PYTHONUTF8": "rubbish",
    "PYTHONIOENCODING": "rubbish",
    "PYTHONTRACEMALLOC": "rubbish",
    "PYTHONINSPECT": "1",
    "PYTHONVERBOSE": "1",
    "PYTHONWARNINGS": "error",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_variable_keeps_it_from_starting(name: str, installed: Installed, shadows: Path) -> None:
    done = installed.run("--version", variables={name: HOSTILE[name].replace("SHADOWS", str(shadows))})

    assert (done.returncode, done.stdout, done.stderr) == (0, f"envdoctor {__version__}\n", "")


@pytest.mark.parametrize("shape", SHAPES)
def test_it_finds_its_python(shape: str, tmp_path: Path) -> None:
    place = "a place/it's" if shape == "pip, a space" else "a place" if "space" in shape else "place"
    installed = Installed(tmp_path / place, shape)

    assert installed.run("--version", variables={"PYTHONHOME": "/none"}).stdout == f"envdoctor {__version__}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables",
    [{"PYTHONHOME": "/none"}, {"PYTHONPATH": "SHADOWS"}, {"PYTHONHOME": "/none", "PYTHONPATH": "SHADOWS"}],
    ids=" and ".join,
)
def test_the_examined_python_gets_them_and_is_the_cause(
    variables: dict[str, str], installed: Installed, shadows: Path
) -> None:
    variables = {name: value.replace("SHADOWS", str(shadows)) for name, value in variables.items()}
    done = installed.run("check", "--static", "--json", "--private-ok", "--python", sys.executable, variables=variables)
    report = json.loads(done.stdout)

    assert (done.returncode, report["primary"]) == (1, "PYT001")
    assert report["findings"][0]["cause"] in {"python-broken", "env-variable"}
    assert next(iter(variables)) in report["findings"][0]["why"]
    assert variables.items() <= report["facts"]["environment"].items()


def test_links_lead_to_it(installed: Installed, tmp_path: Path) -> None:
    """As pipx and uv make them; with no program to be had from PATH."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "second").symlink_to("../bin/envdoctor")
    (tmp_path / "first").symlink_to(tmp_path / "inner" / "second")
    done = installed.run("--version", command=tmp_path / "first", variables={"PYTHONHOME": "/none", "PATH": ""})

    assert (done.stdout, done.stderr) == (f"envdoctor {__version__}\n", "")


def test_a_package_that_pythonpath_alone_leads_to(tmp_path: Path) -> None:
    """`pip install --target`, and the modules of clusters: it is found, after what comes with Python."""
    installed = Installed(tmp_path / "bin")
    installed.write("python3", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -S "$@"\n')
    (tmp_path / "json.py").write_text("raise SystemExit('mine')")
    places = os.pathsep.join([str(tmp_path), str(TOP), *(path for path in sys.path if path.endswith("-packages"))])
    done = installed.run("check", "--help", variables={"PYTHONPATH": places})

    assert (done.returncode, done.stderr) == (0, "")
    assert "envdoctor check --python" in done.stdout


def test_the_encoding_is_still_the_users(installed: Installed) -> None:
    done = installed.run("explain", "DRV002", variables={"PYTHONIOENCODING": "ascii"})

    assert done.returncode == 0
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("variables", "flags"),
    [
        pytest.param({}, ["-E"], id="none"),
        pytest.param({"PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"}, ["-E", "-s", "-B"], id="both"),
        pytest.param({"PYTHONPYCACHEPREFIX": "/a b"}, ["-E", "-X", "pycache_prefix=/a b"], id="byte code elsewhere"),
        pytest.param({"PYTHONUTF8": "1"}, ["-E", "-X", "utf8=1"], id="UTF-8"),
        pytest.param({"PYTHONUTF8": "2"}, ["-E"], id="what Python would not take"),
    ],
)
def test_harmless_variables_are_kept_to(variables: dict[str, str], flags: list[str], installed: Installed) -> None:
    installed.write("python3", '#!/bin/sh\nfor one; do echo "$one"; shift; [ "$one" = -c ] && break; done\n')

    assert installed.run(variables=variables).stdout.splitlines() == [*flags, "-c"]


def test_arguments_arrive_as_they_are(installed: Installed) -> None:
    done = installed.run("explain", "a b c'\"$(x)*")

    assert done.returncode == 2
    assert r"""no check is called 'a b c\'"$(x)*'""" in done.stderr


def test_a_python_that_needs_its_home_gets_it(tmp_path: Path) -> None:
    """One that was moved does not start without."""
    installed = Installed(tmp_path / "bin", body=ASIDE)
    installed.write("python3", f'#!/bin/sh\n[ "$1" != -E ] || exit 1\nexec {shlex.quote(sys.executable)} -E "$@"\n')

    assert installed.run("x", variables={"PYTHONHOME": "/moved"}).stdout == "the other command x\n"


@pytest.mark.parametrize("first", ["#!/usr/bin/env python3\n", '#!/bin/sh\necho the other command "$1"; exit\n'])
def test_what_says_no_python_is_started_as_it_is(first: str, tmp_path: Path) -> None:
    assert Installed(tmp_path / "bin", first, ASIDE).run("x").stdout == "the other command x\n"


def test_a_python_that_is_gone_is_said_in_one_line(installed: Installed) -> None:
    installed.python.unlink()
    done = installed.run("check")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"envdoctor: {installed.python}, which runs it, is gone; install envdoctor anew\n"


def test_alone_it_says_what_is_missing(installed: Installed) -> None:
    (installed.folder / "envdoctor-python").unlink()
    done = installed.run("check")

    assert done.returncode == 127
    assert "envdoctor-python" in done.stderr


SURROUNDINGS = {
    "30 threads in 200 MB of address space": "ulimit -v 200000; ENVDOCTOR",
    "512 MB of address space": "ulimit -v 524288; ENVDOCTOR",
    "a stack without a limit": "ulimit -s unlimited; ENVDOCTOR",
    "sixteen files": "ulimit -n 16; ENVDOCTOR",
    "nothing in the environment": "env -i ENVDOCTOR",
    "no folder for anything": "HOME=/dev/null TMPDIR=/none XDG_CACHE_HOME=/dev/full ENVDOCTOR",
    "a broken pipe is no signal": "trap '' PIPE; ENVDOCTOR",
    "input without an end": "ENVDOCTOR < /dev/zero",
    "the least of the processors' time": "nice -n 19 ENVDOCTOR",
    "a locale that is not there": "LC_ALL=xx_YY.bogus TZ=:none ENVDOCTOR",
    "bytes that are no text": "A\\xff=\\xfe USER=\\xff ENVDOCTOR",
    "odd allocators": "MALLOC_PERTURB_=85 MALLOC_CHECK_=3 MALLOC_ARENA_MAX=rubbish ENVDOCTOR",
    "a folder whose name is no text": "mkdir '\\xff\\xfe' && cd '\\xff\\xfe' && ENVDOCTOR",
    "a folder in another script, in the C locale": "mkdir 日本 && cd 日本 && LC_ALL=C PYTHONUTF8=0 ENVDOCTOR",
}
CHECK = ("check", "--static", "--json", "--timeout", "20", "--python", sys.executable)


def shell(installed: Installed, command: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    start = shlex.join([str(installed.folder / "envdoctor"), *(arguments or CHECK)])
    text = os.fsencode(command.replace("ENVDOCTOR", start)).replace(b"\\xff", b"\xff").replace(b"\\xfe", b"\xfe")
    if text.startswith(b"A\xff"):
        text = b"env " + text
    return subprocess.run(["bash", "-c", text], check=False, capture_output=True, timeout=60, cwd=installed.folder)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")
@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_every_probe_answers_in_odd_surroundings(surroundings: str, installed: Installed) -> None:
    done = shell(installed, SURROUNDINGS[surroundings])
    report = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (report["exit_code"], b"")
    assert report["facts"]["python"]["version"] == sys.version.split()[0]
    # What a real driver makes of little memory is its own business.
    assert {one["name"] for one in report["probes"] if one["status"] == "unknown"} <= {"driver"}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param("ENVDOCTOR > /dev/full 2> /dev/full", 3, id="a full disk on both sides"),
        pytest.param("ulimit -f 0; ENVDOCTOR > out 2> err", 3, id="no file may be written"),
        pytest.param("ENVDOCTOR >&- 2>&-", 0, id="both are closed"),
    ],
)
def test_whom_it_can_tell_nothing_it_tells_by_its_exit_code(command: str, code: int, installed: Installed) -> None:
    done = shell(installed, command, "check", "--static", "--fail-on", "never", "--python", sys.executable)

    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


def test_a_width_of_five_thousand_digits(installed: Installed) -> None:
    done = installed.run(*CHECK[:2], "--python", sys.executable, variables={"COLUMNS": "9" * 5000})

    assert done.returncode in {0, 1}, done.stderr
