"""`envdoctor setup`: what it refuses, and what becomes of real failures. Building itself: tests/setup."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from envdoctor.cli.main import main
from envdoctor.facts import Snapshot
from envdoctor.lock import SCHEMA, Install, Lock, Package, render

COMMAND = [sys.executable, "-m", "envdoctor", "setup"]
posix = pytest.mark.skipif(os.name == "nt", reason="signals and mounts of POSIX")


def lock_of(folder: Path, *packages: Package, **install: str) -> Path:
    lock = Lock(created="2026-11-20T10:00:00Z", install=Install(packages=packages, **install), facts=Snapshot())  # type: ignore[arg-type]
    path = folder / "good.lock.json"
    path.write_text(render(lock), encoding="utf-8")
    return path


def setup(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["setup", *arguments])


def environment(**more: str) -> dict[str, str]:
    """Return variables under which pip knows nothing but what is said here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, **more}


@pytest.fixture
def nobody() -> str:
    """An address on this machine where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/simple"


@pytest.fixture
def silent() -> Iterator[str]:
    """An index that takes the call and never answers."""
    with socket.socket() as server, contextlib.ExitStack() as calls:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    calls.enter_context(server.accept()[0])

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/simple"
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("arguments", "option", "says"),
    [
        (["{tmp}/mine"], "DIR", "is not empty, and is left as it is"),
        (["{tmp}/file"], "DIR", "is a file or a link"),
        (["{tmp}/file/env"], "DIR", "not a folder"),
        (["{tmp}/new", "--python", "3.99"], "--python", "there is no Python 3.99 on this machine"),
        (["{tmp}/new", "--python", "/no/such/python"], "--python", "does not exist"),
        (["{tmp}/new", "--python", "{tmp}/file"], "--python", "not executable"),
        (["{tmp}/new", "--from", "{tmp}/none"], "--from", "No such file"),
        (["{tmp}/new", "--from", "{tmp}/file"], "--from", "not JSON"),
        (["{tmp}/new", "--from", "{tmp}/other.json"], "--from", f"this version reads {SCHEMA}"),
        (["{tmp}/new", "--from", "{tmp}/lock.json", "--torch", "2.4"], "--from", "excludes --torch"),
        (["{tmp}/new", "--torch", "newest"], "--torch", "is no version of torch"),
        (["{tmp}/new", "--torchvision", "1", "--no-torchvision"], "--torchvision", "exclude each other"),
        (["{tmp}/new", "--need", ">=1"], "--need", ""),
        (["{tmp}/new", "--index", "mirror"], "--index", "is no URL"),
        (["{tmp}/new", "--gpu", "Voodoo 2"], "--gpu", "no GPU is called"),
        (["{tmp}/new", "--driver", "12.4"], "--driver", "looks like a CUDA version"),
        (["{tmp}/new", "--installer", "conda"], "--installer", "is not one of"),
        (["{tmp}/new", "--timeout", "nan"], "--timeout", "no number of seconds"),
    ],
)
def test_wrong_usage_is_one_line_and_nothing_is_made(
    tmp_path: Path, arguments: list[str], option: str, says: str
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "other.json").write_text('{"schema": "envdoctor/lock/99"}')
    before = sorted(tmp_path.rglob("*"))

    result = setup(*(argument.format(tmp=tmp_path) for argument in arguments), "--apply")

    assert result.exit_code == 2
    line = " ".join(result.stderr.partition("Error: ")[2].split())
    assert option in line
    assert says in line
    assert sorted(tmp_path.rglob("*")) == before


def test_a_lock_of_another_system_is_refused(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, Package("torch", "2.15.0"), platform="solaris_sparc")

    result = setup(str(tmp_path / "env"), "--from", str(lock))

    assert result.exit_code == 1
    assert "the lock is of solaris_sparc" in result.stderr


def test_a_lock_of_a_python_that_is_not_here_is_refused(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, Package("torch", "2.15.0"), python="3.99.1")

    result = setup(str(tmp_path / "env"), "--from", str(lock))

    assert result.exit_code == 2
    assert "no Python 3.99" in " ".join(result.stderr.split())


def test_the_plan_of_a_lock_makes_nothing(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, Package("torch", "2.15.0", ("sha256:ab",)))
    arguments = (str(tmp_path / "env"), "--from", str(lock), "--python", sys.executable, "--installer", "pip")

    result = setup(*arguments, "--json")

    value = json.loads(result.stdout)
    assert result.exit_code == 0
    assert value["built"] is None
    assert value["packages"] == [{"name": "torch", "version": "2.15.0", "size": None, "hashes": ["sha256:ab"]}]
    assert [path.name for path in tmp_path.iterdir()] == ["good.lock.json"]
    assert "nothing has been done" in " ".join(setup(*arguments).stdout.split())


def test_gpus_that_no_build_runs_on_are_said() -> None:
    result = setup("/nowhere/env", "--gpu", "GeForce 8800 GT", "--driver", "340.108", "--python", sys.executable)

    assert result.exit_code in (1, 2)
    assert len(result.stderr.strip().splitlines()[-1]) > 20


def test_an_index_that_cannot_be_reached_is_one_line_with_its_address(tmp_path: Path, nobody: str) -> None:
    argv = [*COMMAND, str(tmp_path / "env"), "--python", sys.executable, "--index", "configured", "--apply"]
    done = subprocess.run(
        [*argv, "--installer", "pip", "--torch", ">=2.10"],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=environment(PIP_INDEX_URL=nobody),
        timeout=120,
    )

    assert done.returncode == 1, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    host = nobody.removeprefix("http://").removesuffix("/simple")
    assert last.startswith(f"envdoctor setup: resolving failed: the index at {host} cannot be reached")
    assert "--index" in last
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def wait_for(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert path.exists()


@posix
@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "when"),
    [
        pytest.param(signal.SIGINT, 130, "pyvenv.cfg", id="Ctrl-C while it is made"),
        pytest.param(signal.SIGTERM, 143, "bin/pip", id="SIGTERM while it is filled"),
    ],
)
def test_an_interruption_leaves_nothing(tmp_path: Path, silent: str, number: int, code: int, when: str) -> None:
    lock = lock_of(tmp_path, Package("torch", "2.15.0"))
    place = tmp_path / "place"
    place.mkdir()
    argv = [*COMMAND, str(place / "env"), "--from", str(lock), "--python", sys.executable, "--installer", "pip"]
    process = subprocess.Popen(
        [*argv, "--apply"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(PIP_INDEX_URL=silent)
    )
    wait_for(place / "env" / when)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == code
    assert out == b""
    assert list(place.iterdir()) == []


@posix
@pytest.mark.slow
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, Package("torch", "2.15.0"))
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("nothing may be mounted here")
    argv = [*COMMAND, str(place / "env"), "--from", str(lock), "--python", sys.executable, "--installer", "pip"]
    try:
        done = subprocess.run(
            [*argv, "--apply"], check=False, capture_output=True, encoding="utf-8", env=environment(), timeout=120
        )

        assert done.returncode == 1, done.stderr
        assert "no room is left on the disk" in done.stderr.strip().splitlines()[-1]
        assert list(place.iterdir()) == []
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_help_says_what_is_needed() -> None:
    shown = setup("--help").output

    assert "\n    envdoctor setup other --from .venv.lock.json --apply\n" in shown
    assert "An environment that exists is never touched" in " ".join(shown.split())
    assert "130 interrupted" in shown
