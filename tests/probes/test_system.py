from __future__ import annotations

import os
from pathlib import Path

import pytest

from envdoctor.facts import Unknown
from envdoctor.probes.system import System, this_system
from tests.systems import system


def test_reads_below_its_root(tmp_path: Path) -> None:
    machine = system(tmp_path, {"/proc/version": " Linux\0\n"})

    assert machine.read("/proc/version") == " Linux\0\n"
    assert machine.text("/proc/version") == "Linux"


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    machine = system(tmp_path, {"/file": ""})

    assert machine.read("/nothing") is None
    assert machine.read("/file/below") is None
    assert machine.listing("/nothing") is None
    assert machine.listing("/file") is None
    assert machine.names("/nothing") == ()


def test_what_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    machine = system(tmp_path, folders=("/folder/",), links={"/loop": "loop"})

    assert machine.read("/folder") == Unknown("/folder: Is a directory")
    assert isinstance(machine.read("/loop"), Unknown)
    assert isinstance(machine.listing("/loop"), Unknown)
    assert isinstance(machine.read("/nul\0"), Unknown)
    assert not machine.exists("/nul\0")
    assert machine.text("/folder") is None


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\xff\xfeb")

    assert system(tmp_path).read("/file") == "a��b"


def test_long_files_are_cut(tmp_path: Path) -> None:
    machine = system(tmp_path, {"/long": "x" * 200_000})

    assert machine.read("/long", 100_001) == "x" * 100_001
    assert machine.read("/long") == "x" * 200_000


def test_an_endless_file_ends() -> None:
    assert this_system().read("/dev/zero", 1000) == "\0" * 1000


def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert system(tmp_path).read("/pipe") == ""


def test_names_are_sorted(tmp_path: Path) -> None:
    assert system(tmp_path, {"/d/b": "", "/d/a": ""}).names("/d") == ("a", "b")


def test_links(tmp_path: Path) -> None:
    machine = system(tmp_path, {"/usr/local/cuda-12.4/x": ""}, links={"/usr/local/cuda": "cuda-12.4"})

    assert machine.link("/usr/local/cuda") == "cuda-12.4"
    assert machine.link("/usr/local/cuda-12.4") is None
    assert machine.real("/usr/local/cuda/x") == "/usr/local/cuda-12.4/x"
    assert machine.real("/nowhere/x") == "/nowhere/x"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("/a:/b", ("/a/tool", "/b/tool"), id="in order"),
        pytest.param("/b:/a:/b", ("/b/tool", "/a/tool"), id="each once"),
        pytest.param("/c:/b/", ("/b/tool",), id="not a folder's, not one that may not be executed"),
        pytest.param("", (), id="no PATH"),
        pytest.param("::", (), id="empty entries"),
    ],
)
def test_programs_on_path(path: str, found: tuple[str, ...], tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/d/tool": ""},
        folders=("/c/tool/",),
        programs={"/a/tool": "", "/b/tool": ""},
        environment={"PATH": f"{path}:/d" if path else ""},
    )

    assert machine.everywhere("tool") == found
    assert machine.which("tool") == next(iter(found), None)


def test_windows_paths_are_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    assert System(os="windows").read(str(tmp_path / "file")) == "x"
