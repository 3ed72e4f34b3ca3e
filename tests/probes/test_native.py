from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Failure, Gpu, Unknown
from envdoctor.probes import libcuda, nvml
from envdoctor.probes.child import Account, converse
from envdoctor.probes.native import teller
from tests.rig.libraries import Libraries
from tests.rig.machines import Machine, cards

OPTIONS: dict[str, Any] = {"package": None, "folders": [], "first": 0, "seconds": 5.0, "nodes": []}


def ask(script: Path, environment: dict[str, str], **options: Any) -> Account:
    account = converse(
        sys.executable, script, OPTIONS | options, seconds=20.0, environment=environment, flags=nvml.FLAGS
    )
    assert isinstance(account, Account)
    return account


# --- the scripts ---------------------------------------------------------------------------------


def test_nvml_tells_stage_by_stage(tmp_path: Path, libraries: Libraries) -> None:
    built = Machine(cards=cards(2)).build(tmp_path, libraries)

    account = ask(nvml.SCRIPT, built.environment(), package=nvml._package_folder())

    assert account.failure is None
    assert list(account.seconds)[:6] == [
        "start",
        "load libnvidia-ml.so.1",
        "nvmlSystemGetNVMLVersion",
        "import pynvml",
        "nvmlInit",
        "nvmlSystemGetDriverVersion",
    ]
    assert account.facts["library_version"] == "13.580.65.06"
    assert account.facts["gpu.1.name"] == "NVIDIA A100-SXM4-80GB"


def test_nvml_can_begin_in_the_middle(tmp_path: Path, libraries: Libraries) -> None:
    built = Machine(cards=cards(3)).build(tmp_path, libraries)

    told = ask(nvml.SCRIPT, built.environment(), package=nvml._package_folder(), first=2).facts

    asked = {key.split(".")[1] for key in told if key.startswith("gpu.") and not key.endswith(".peers")}
    assert asked == {"2"}


def test_without_the_binding_the_library_is_seen_all_the_same(tmp_path: Path, libraries: Libraries) -> None:
    built = Machine().build(tmp_path, libraries)

    account = ask(nvml.SCRIPT, built.environment(), package=None)
    found = nvml.understand(account.facts, account.failure, account.stage)

    assert isinstance(found, nvml.Nvml)
    assert found.code == Unknown("nvidia-ml-py is not installed beside envdoctor")
    assert found.library == "580.65.06"


def test_a_folder_that_the_loader_does_not_know_helps(tmp_path: Path, libraries: Libraries) -> None:
    built = Machine().build(tmp_path, libraries)
    environment = built.environment()
    folder = environment.pop("LD_LIBRARY_PATH")

    told = ask(nvml.SCRIPT, environment, package=nvml._package_folder(), folders=["/nowhere", folder]).facts

    assert told["code"] == 0
    assert told["driver"] == "580.65.06"


@pytest.mark.parametrize("script", [nvml.SCRIPT, libcuda.SCRIPT])
def test_nothing_of_the_user_s_gets_in(script: Path, tmp_path: Path, libraries: Libraries) -> None:
    built = Machine().build(tmp_path / "machine", libraries)
    for name in ("json", "ctypes", "pynvml", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(77)\n")
    hostile = {"PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path), "PYTHONWARNINGS": "error", "HOME": ""}

    account = ask(script, built.environment() | hostile, package=nvml._package_folder())

    assert account.failure is None
    assert account.stdout == account.stderr == ""


def test_libcuda_tells_its_devices(tmp_path: Path, libraries: Libraries) -> None:
    built = Machine(cards=cards(2)).build(tmp_path, libraries)

    account = ask(libcuda.SCRIPT, built.environment())
    found = libcuda.understand(account.facts)

    assert isinstance(found, libcuda.Libcuda)
    assert found.path == f"{tmp_path}/usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06"
    assert (found.init, found.cuda, found.count) == (0, "13.0", 2)
    assert [gpu.pci_address for gpu in found.gpus] == ["0000:01:00.0", "0000:02:00.0"]
    assert found.gpus[1].memory_total_bytes == 80 << 30


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may open everything")
def test_device_files_that_the_kernel_refuses(tmp_path: Path, libraries: Libraries) -> None:
    built = Machine(faults={"cuInit": "return 100"}).build(tmp_path, libraries)
    (tmp_path / "dev/nvidiactl").chmod(0)

    found = libcuda.probe(built.system(), 20.0, ("/dev/nvidia0", "/dev/nvidiactl"))

    assert isinstance(found, libcuda.Libcuda)
    assert found.denied == ("/dev/nvidiactl",)


def test_a_crash_leaves_no_core_file(tmp_path: Path, libraries: Libraries) -> None:
    built = Machine(faults={"cuInit": "abort"}).build(tmp_path / "machine", libraries)
    argv = [sys.executable, *nvml.FLAGS, str(libcuda.SCRIPT), "1", '{"nodes": []}']
    limits = (
        "import resource, os, sys; resource.setrlimit(resource.RLIMIT_CORE, (1 << 24, 1 << 24));"
        "os.execv(sys.argv[1], sys.argv[1:])"
    )

    done = subprocess.run(
        [sys.executable, "-c", limits, *argv], env=built.environment(), cwd=tmp_path, check=False, capture_output=True
    )

    assert done.returncode < 0
    assert [path.name for path in tmp_path.iterdir()] == ["machine"]


# --- the loader ----------------------------------------------------------------------------------


def test_an_absent_library_is_no_error() -> None:
    assert teller.load("libthis-does-not-exist.so.7") == (None, None)


def test_an_empty_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "libhollow.so.1").touch()

    library, error = teller.load("libhollow.so.1", [str(tmp_path)])

    assert library is None
    assert error is not None
    assert str(tmp_path) in error


def test_a_library_that_lacks_another_is_there(tmp_path: Path) -> None:
    needed, needing = tmp_path / "libneeded.so.1", tmp_path / "libneeding.so.1"
    for target, more in ((needed, []), (needing, [str(needed)])):
        argv = ["gcc", "-shared", "-fPIC", "-x", "c", "/dev/null", f"-Wl,-soname,{target.name}", "-o", str(target)]
        try:
            subprocess.run([*argv, *(["-x", "none", "-Wl,--no-as-needed", *more] if more else [])], check=True)
        except FileNotFoundError:
            pytest.skip("gcc makes the libraries of this test, and there is none")
    needed.unlink()

    library, error = teller.load(needing.name, [str(tmp_path)])

    assert library is None
    assert error is not None
    assert "libneeded.so.1" in error


@pytest.mark.parametrize(
    ("message", "absent"),
    [
        pytest.param("libcuda.so.1: cannot open shared object file: No such file or directory", True, id="glibc"),
        pytest.param("Error loading shared library libcuda.so.1: No such file or directory", True, id="musl"),
        pytest.param(
            "Error loading shared library libm.so.6: No such file or directory (needed by /usr/lib/libcuda.so.1)",
            False,
            id="musl, and another one is missing",
        ),
        pytest.param(
            "libdxcore.so: cannot open shared object file: No such file or directory", False, id="another one"
        ),
        pytest.param("/usr/lib/libcuda.so.1: file too short", False, id="empty"),
        pytest.param("libcuda.so.1: wrong ELF class: ELFCLASS32", False, id="32 bits"),
        pytest.param("libcuda.so.1: cannot open shared object file: Permission denied", False, id="not readable"),
    ],
)
def test_absent_or_broken(message: str, absent: bool) -> None:
    assert teller._is_absent(OSError(message), "libcuda.so.1") is absent


def test_a_mapped_library_is_found() -> None:
    libc = ctypes.CDLL("libc.so.6") if sys.platform == "linux" else pytest.skip("the maps are Linux's")

    assert teller.path_of(libc, "libc.so").rpartition("/")[2].startswith("libc")
    assert teller.mapped("libthis-does-not-exist") is None


# --- understanding what was told -----------------------------------------------------------------

HANG = Failure("hang", "?", "no end after 10 s")


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/usr/lib/libcuda.so.535.183.01", "535.183.01"),
        ("/usr/lib/libnvidia-ml.so.555.58", "555.58"),
        ("/usr/lib/wsl/lib/libcuda.so.1", None),
        ("/usr/lib/wsl/drivers/nv/libcuda.so.1.1", None),
        ("", None),
    ],
)
def test_version_of_file(path: str, version: str | None) -> None:
    assert nvml.version_of_file(path) == version


@pytest.mark.parametrize("understand", [nvml.understand, libcuda.understand])
def test_a_child_that_never_spoke_tells_nothing_about_libraries(understand: Any) -> None:
    assert isinstance(understand({}, HANG, "start"), Unknown)


def test_a_hang_while_loading_is_a_trace() -> None:
    found = nvml.understand({}, HANG, "load libnvidia-ml.so.1")
    cuda = libcuda.understand({}, HANG, "load libcuda.so.1")

    assert isinstance(found, nvml.Nvml)
    assert isinstance(found.code, Unknown)
    assert isinstance(cuda, libcuda.Libcuda)
    assert isinstance(cuda.path, Unknown)


def test_gpus_behind_a_hang_are_told_as_not_reached() -> None:
    told = {"path": "/x", "code": 0, "count": 2, "gpu.0.at": "nvmlDeviceGetName"}

    found = nvml.understand(told, HANG, "GPU 0: nvmlDeviceGetName")

    assert isinstance(found, nvml.Nvml)
    assert isinstance(found.gpus, tuple)
    assert [gpu.problem for gpu in found.gpus] == [
        "no end after 10 s in nvmlDeviceGetName",
        "not reached: no end after 10 s",
    ]


@pytest.mark.parametrize(
    ("error", "path"),
    [
        ("/usr/lib/libcuda.so.1: file too short", "/usr/lib/libcuda.so.1"),
        ("libcuda.so.1: wrong ELF class: ELFCLASS32", Unknown("libcuda.so.1: wrong ELF class: ELFCLASS32")),
    ],
)
def test_a_library_that_does_not_load(error: str, path: str | Unknown) -> None:
    found = libcuda.understand({"path": None, "error": error})

    assert isinstance(found, libcuda.Libcuda)
    assert (found.path, found.error, found.init) == (path, error, Unknown(error))


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    2**80,
    "",
    "x",
    [],
    {},
    [[]],
    [{"pid": "x"}],
    {"unknown": "why"},
    {"unknown": 3},
    {"x": 1},
)


@given(st.dictionaries(st.sampled_from(sorted(Gpu.__struct_fields__)), st.sampled_from(ODD)))
def test_odd_answers_about_a_gpu_become_its_problem(said: dict[str, Any]) -> None:
    gpu = nvml.gpu_of({f"gpu.0.{key}": value for key, value in said.items()}, 0)

    assert gpu.index == 0
