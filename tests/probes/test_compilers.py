from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from envdoctor.facts import Compiler, Unknown
from envdoctor.probes import compilers
from envdoctor.probes.command import Answer, Output, run
from envdoctor.probes.system import System, this_system
from tests.systems import answering, system

CLANG = Output(0, "Ubuntu clang version 14.0.0-1ubuntu1.1\nTarget: x86_64-pc-linux-gnu\n", "")
APPLE = Output(0, "Apple clang version 15.0.0 (clang-1500.3.9.4)\nTarget: arm64-apple-darwin23.5.0\n", "")


@pytest.mark.parametrize(
    ("name", "answer", "version"),
    [
        pytest.param("gcc", Output(0, "12.2.0\n", ""), "12.2.0", id="gcc"),
        pytest.param("gcc", Output(0, "4.8.5\n", ""), "4.8.5", id="an old gcc"),
        pytest.param("g++", Output(0, "13\n", ""), "13", id="the major alone"),
        pytest.param("clang", CLANG, "14.0.0", id="clang"),
        pytest.param("clang", APPLE, "15.0.0", id="Apple's clang"),
        pytest.param(
            "gcc",
            Output(1, "", "cc1: not found"),
            Unknown("gcc told no version; it ended with exit code 1"),
            id="broken",
        ),
        pytest.param("gcc", None, Unknown("gcc does not start"), id="a script without its program"),
        pytest.param("gcc", Unknown("gcc did not answer in 2 s"), Unknown("gcc did not answer in 2 s"), id="hangs"),
    ],
)
def test_version_of(name: str, answer: Output | None | Unknown, version: str | Unknown) -> None:
    assert compilers.version_of(name, answer) == version


def test_finds_what_is_on_path(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        programs={"/usr/bin/gcc": "", "/opt/llvm/bin/clang": ""},
        environment={"PATH": "/opt/llvm/bin:/usr/bin"},
        run=answering({"gcc": Output(0, "11.4.0\n", ""), "clang": CLANG}),
    )

    assert compilers.probe(machine) == (
        Compiler("gcc", "/usr/bin/gcc", "11.4.0"),
        Compiler("clang", "/opt/llvm/bin/clang", "14.0.0"),
    )


def test_the_tools_that_build_are_found_and_not_started(tmp_path: Path) -> None:
    programs = {"/usr/bin/ninja": "", "/usr/bin/cmake": ""}
    machine = system(tmp_path, programs=programs, environment={"PATH": "/usr/bin"})

    assert compilers.probe(machine) == (
        Compiler("ninja", "/usr/bin/ninja", Unknown("it was not started")),
        Compiler("cmake", "/usr/bin/cmake", Unknown("it was not started")),
    )


@pytest.mark.parametrize("path", ["", "/usr/bin", ":", "relative"])
def test_none_is_none(path: str, tmp_path: Path) -> None:
    assert compilers.probe(system(tmp_path, environment={"PATH": path})) == ()


def test_one_that_raises_takes_no_other_along(tmp_path: Path) -> None:
    def fail_once(argv: object, *, seconds: float = 0.0) -> Answer:
        del seconds
        if "g++" in str(argv):
            raise OSError("bad luck")
        return Output(0, "11.4.0\n", "")

    machine = system(tmp_path, programs={"/bin/gcc": "", "/bin/g++": ""}, environment={"PATH": "/bin"}, run=fail_once)
    sound, broken = compilers.probe(machine)

    assert sound.version == "11.4.0"
    assert isinstance(broken.version, Unknown)


def test_macos_without_tools_is_not_touched() -> None:
    """One of Apple's stand-ins would open a window."""
    machine = System(os="darwin", root=Path("/nonexistent"), environment={"PATH": "/usr/bin"})

    assert compilers.probe(machine) == ()


def test_microsofts_compiler_by_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "VC/Tools/MSVC/14.38.33130/bin"
    folder.mkdir(parents=True)
    (folder / "cl.exe").touch(mode=0o755)

    [found] = compilers.probe(System(os="windows", environment={"PATH": str(folder)}))

    assert (found.name, found.version) == ("cl", "14.38.33130")


def test_all_are_asked_at_once(tmp_path: Path) -> None:
    """Each waits until the other was started, too: one after the other they would wait in vain."""
    both = threading.Barrier(2)

    def meet(argv: object, *, seconds: float = 0.0) -> Answer:
        del argv
        both.wait(seconds)
        return Output(0, "11.4.0\n", "")

    machine = system(tmp_path, programs={"/bin/gcc": "", "/bin/g++": ""}, environment={"PATH": "/bin"}, run=meet)

    assert [compiler.version for compiler in compilers.probe(machine)] == ["11.4.0", "11.4.0"]


def test_a_real_one_that_hangs(tmp_path: Path) -> None:
    (tmp_path / "gcc").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "gcc").chmod(0o755)

    [found] = compilers.probe(System(environment={"PATH": str(tmp_path)}, run=impatient))

    assert found.version == Unknown(f"{tmp_path}/gcc did not answer in 0.1 s")


def impatient(argv: Sequence[str], *, seconds: float = 0.0) -> Answer:
    del seconds
    return run(argv, seconds=0.1, environment={"PATH": "/usr/bin:/bin"})


def test_this_machine() -> None:
    for compiler in compilers.probe(this_system()):
        assert isinstance(compiler.version, str) or compiler.name in compilers.BUILD_TOOLS
