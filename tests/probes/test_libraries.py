"""Copies of CUDA libraries in made-up trees: whose they are, who brings them, and which are loaded."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Library, Torch, TorchRun, Unknown
from envdoctor.probes import libraries
from envdoctor.probes.system import System
from tests.elf import library
from tests.systems import system

SITE = "/home/ada/env/lib/python3.12/site-packages"
TREE = {
    "/usr/lib/x86_64-linux-gnu/libcudart.so.12.4.127": "",
    "/usr/lib/x86_64-linux-gnu/libcuda.so.1": "",
    "/usr/lib/x86_64-linux-gnu/libcurl.so.4": "",
    "/usr/local/cuda-12.8/lib64/libcublas.so.12.8.4.1": "",
    "/usr/local/cuda-12.8/bin/nvcc": "",
    "/opt/mine/libcudnn.so.9.1.0": "",
    "/opt/mine/libcudnn_ops.so.9.1.0": "",
    "/opt/listed/libnccl.so.2.18.5": "",
    "/etc/ld.so.conf.d/listed.conf": "# a comment\n/opt/listed\n",
    f"{SITE}/torch/lib/libgomp-a34b3233.so.1": "",
    f"{SITE}/torch/lib/libtorch_cpu.so": "",
    f"{SITE}/nvidia/cublas/lib/libcublas.so.12": "",
    f"{SITE}/nvidia/cublas/lib/libcublasLt.so.12": "",
    f"{SITE}/numpy.libs/libgomp-00aa.so.1.0.0": "",
}
PACKAGES = {"nvidia-cublas-cu12": "12.8.3.14", "torch": "2.9.1", "numpy": "2.3.5"}
TORCH = Torch("2.9.1+cu128", cuda="12.8", path=f"{SITE}/torch")


def seen(machine: System, run: TorchRun | None | Unknown = None, **facts: Any) -> dict[str, Library]:
    usual = {"torch": TORCH, "torch_run": run, "packages": PACKAGES, "libraries": libraries.probe(machine)}
    found = libraries.together(machine, usual | facts)
    assert isinstance(found, tuple)
    return {one.path: one for one in found}


@pytest.fixture
def machine(tmp_path: Path) -> System:
    links = {"/usr/lib/x86_64-linux-gnu/libcudart.so": "libcudart.so.12.4.127", "/usr/local/cuda": "cuda-12.8"}
    return system(tmp_path, TREE, links=links, environment={"LD_LIBRARY_PATH": "/none:/opt/mine"})


def test_what_is_installed_and_by_whom(machine: System) -> None:
    found = seen(machine)

    assert {(one.name, one.version, one.owner, one.package, one.brought_by) for one in found.values()} == {
        ("libcudart", "12.4.127", "system", None, "ldconfig"),
        ("libcublas", "12.8.4.1", "toolkit", None, None),
        ("libcudnn", "9.1.0", None, None, "LD_LIBRARY_PATH=/opt/mine"),
        ("libcudnn_ops", "9.1.0", None, None, "LD_LIBRARY_PATH=/opt/mine"),
        ("libnccl", "2.18.5", "system", None, "ldconfig"),
        ("libgomp", "1", "torch", "torch 2.9.1", None),
        ("libcublas", "12.8.3.14", "wheel", "nvidia-cublas-cu12 12.8.3.14", None),
        ("libcublasLt", "12.8.3.14", "wheel", "nvidia-cublas-cu12 12.8.3.14", None),
        ("libgomp", "1.0.0", "wheel", "numpy 2.3.5", None),
    }
    assert not any(one.loaded for one in found.values())


@pytest.mark.parametrize(
    ("content", "there"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", False),
        ("\n<!DOCTYPE html><title>Log in</title>", False),
        ("\x7fELF", True),
        ("", True),
    ],
)
def test_a_text_in_the_place_of_a_library_is_none(tmp_path: Path, content: str, there: bool) -> None:
    path = f"{SITE}/nvidia/cudnn/lib/libcudnn_ops.so.9"

    assert (path in seen(system(tmp_path, {path: content}))) is there


def test_what_is_loaded_is_marked_wherever_it_lies(machine: System) -> None:
    own, other = f"{SITE}/nvidia/cublas/lib/libcublas.so.12", "/srv/x/libnvJitLink.so.12.4.127"
    loaded = {"libcublas": own, "libnvJitLink": other, "libcuda": "/usr/lib/x86_64-linux-gnu/libcuda.so.1"}
    found = seen(machine, TorchRun(libraries=loaded | {"libtorch_cpu": f"{SITE}/torch/lib/libtorch_cpu.so"}))

    assert [path for path, one in found.items() if one.loaded] == [own, other]
    assert found[other] == Library("libnvJitLink", other, "12.4.127", None, None, loaded=True)


@pytest.mark.parametrize(
    ("entries", "brought"),
    [
        ({"runpath": "$ORIGIN/../../nvidia/cublas/lib:$ORIGIN"}, "RPATH of libtorch_cuda.so"),
        ({"rpath": "${ORIGIN}/../../nvidia/cublas/lib"}, "RPATH of libtorch_cuda.so"),
        ({"runpath": f"/none:{SITE}/nvidia/cublas/lib"}, "RPATH of libtorch_cuda.so"),
        ({"runpath": "$ORIGIN:relative/lib:"}, None),
        ({}, None),
    ],
)
def test_what_pytorch_has_written_in_brings_its_own(
    machine: System, entries: dict[str, str], brought: str | None
) -> None:
    place = machine.path(f"{SITE}/torch/lib/libtorch_cuda.so")
    place.write_bytes(library(["libcublas.so.12"], **entries))
    found = seen(machine)

    assert found[f"{SITE}/nvidia/cublas/lib/libcublas.so.12"].brought_by == brought


def test_a_preloaded_library(tmp_path: Path) -> None:
    path = "/opt/jemalloc/libgomp.so.1"
    here = system(tmp_path, {path: ""}, environment={"LD_PRELOAD": f"/none.so {path}"})

    assert seen(here, TorchRun(libraries={"libgomp": path}))[path].brought_by == "LD_PRELOAD"


@pytest.mark.parametrize("torch", [None, Unknown("it hangs"), Torch()])
def test_without_a_torch_the_system_s_are_told(machine: System, torch: Torch | None | Unknown) -> None:
    found = seen(machine, Unknown("x"), torch=torch, packages=Unknown("x"))

    assert {one.owner for one in found.values()} == {"system", "toolkit", None}


def test_a_probe_without_an_answer_stays_one(machine: System) -> None:
    facts: dict[str, Any] = {"libraries": Unknown("slow"), "torch": TORCH, "torch_run": None, "packages": {}}

    assert libraries.together(machine, facts) == Unknown("slow")


def test_a_machine_without_any(tmp_path: Path) -> None:
    assert seen(system(tmp_path, {}), torch=None) == {}


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=4))
def test_whatever_is_said_to_be_loaded(loaded: dict[str, str]) -> None:
    facts: dict[str, Any] = {"libraries": (), "torch": None, "packages": PACKAGES}
    found = libraries.together(System(), facts | {"torch_run": TorchRun(libraries=loaded)})

    assert isinstance(found, tuple)
    assert {one.path for one in found} <= set(loaded.values())
