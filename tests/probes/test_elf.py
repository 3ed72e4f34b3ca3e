"""What a library's header says; damaged files say nothing, and never more than a little memory is taken."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.probes.patient_facts import SCRIPT
from tests.elf import library


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("patient_elf", SCRIPT.with_name("elf.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


elf = _module()


def test_what_it_needs_and_where_it_looks(tmp_path: Path) -> None:
    path = tmp_path / "libx.so"
    path.write_bytes(library(["libc10.so", "libcudnn.so.9"], runpath="$ORIGIN:/opt/lib", soname="libx.so.1"))
    said = elf.read(str(path))

    assert said.needed == ["libc10.so", "libcudnn.so.9"]
    assert (said.runpath, said.soname) == ("$ORIGIN:/opt/lib", "libx.so.1")


def test_the_older_way_to_say_where(tmp_path: Path) -> None:
    (tmp_path / "libx.so").write_bytes(library(rpath="/old"))

    assert elf.read(str(tmp_path / "libx.so")).runpath == "/old"


@pytest.mark.skipif(shutil.which("gcc") is None or sys.platform != "linux", reason="needs gcc")
def test_a_library_that_a_compiler_made(tmp_path: Path) -> None:
    source = tmp_path / "x.c"
    source.write_text("#include <math.h>\ndouble f(double x) { return sin(x); }\n")
    argv = ["gcc", "-shared", "-fPIC", "-Wl,--no-as-needed,-rpath,$ORIGIN/../lib", "-Wl,-soname,libx.so.7"]
    subprocess.run([*argv, source, "-o", tmp_path / "libx.so", "-lm"], check=True)
    said = elf.read(str(tmp_path / "libx.so"))

    assert {"libm.so.6", "libc.so.6"} <= set(said.needed)
    assert (said.runpath, said.soname) == ("$ORIGIN/../lib", "libx.so.7")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="an empty file"),
        pytest.param(b"MZ" * 100, id="a program of Windows"),
        pytest.param(b"\x7fELF\x01\x01" + bytes(100), id="32 bits"),
        pytest.param(b"\x7fELF\x02\x01" + b"\xff" * 200, id="numbers without sense"),
        pytest.param(library(["libc10.so"])[:200], id="cut short"),
    ],
)
def test_other_files_are_silent(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)

    assert elf.read(str(tmp_path / "x")) is None


def test_what_cannot_be_read_is_silent(tmp_path: Path) -> None:
    assert elf.read(str(tmp_path)) is None
    assert elf.read(str(tmp_path / "none")) is None


@given(place=st.integers(0, 330), noise=st.binary(max_size=40))
def test_no_bytes_can_break_it(place: int, noise: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.so"
    whole = library(["libtorch.so", "libc10.so"], runpath="$ORIGIN")
    path.write_bytes(whole[:place] + noise + whole[place + len(noise) :])
    said = elf.read(str(path))

    assert said is None or all(isinstance(name, str) for name in said.needed)
