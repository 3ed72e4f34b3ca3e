from typing import Any

import pytest

from envdoctor.facts import Python, SearchPath, Torch, TorchDevice, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

SITE = "/home/u/venv/lib/python3.12/site-packages"
OWN = {"libcudnn": f"{SITE}/nvidia/cudnn/lib/libcudnn.so.9"}
SYSTEM = {"libcudnn": "/usr/lib/x86_64-linux-gnu/libcudnn.so.9.1.0"}
PART = {"libcudnn_ops": "/opt/cudnn/lib/libcudnn_ops.so.9.23.0"}


def ask(libraries: dict[str, str], **facts: Any) -> list[Finding]:
    devices = facts.pop("devices", ())
    usual: dict[str, Any] = {
        "torch": Torch("2.12.1+cu130", cuda="13.0", path=f"{SITE}/torch"),
        "torch_run": TorchRun(libraries=libraries, devices=devices),
        "python": Python("/home/u/venv/bin/python", prefix="/home/u/venv"),
        "packages": {"nvidia-cudnn-cu13": "9.20.0.48"},
        "environment": {},
        "search_paths": Unknown("not looked at"),
    }
    return findings("LIB004", **(usual | facts))


def test_names_both_copies() -> None:
    [found] = ask(SYSTEM, environment={"LD_LIBRARY_PATH": "/usr/lib/x86_64-linux-gnu:/opt/mpi/lib"})

    assert "/usr/lib/x86_64-linux-gnu/libcudnn.so.9.1.0" in found.what
    assert "nvidia-cudnn-cu13 9.20.0.48" in found.what
    assert (found.severity, found.cause) == (Severity.WARNING, "cudnn-mismatch")
    assert found.fix.commands == ("export LD_LIBRARY_PATH=/opt/mpi/lib",)


def test_a_part_of_it_is_worse_and_said_so() -> None:
    [found] = ask(OWN | PART)

    assert "a part of its cuDNN" in found.what
    assert not found.fix.commands


def test_an_error_where_cudnn_was_seen_to_fail() -> None:
    failed = TorchDevice(0, "x", computes=False, error="RuntimeError: CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH")
    [found] = ask(OWN | PART, devices=(failed,))

    assert found.severity is Severity.ERROR


def test_an_old_build_brings_its_own_in_its_folder() -> None:
    torch = Torch("2.0.1+cu118", cuda="11.8", path=f"{SITE}/torch")
    [found] = ask({"libcudnn": "/apps/cudnn/8.2.4/lib64/libcudnn.so.8"}, torch=torch, packages={})

    assert "torch/lib" in found.what


def test_an_entry_that_leads_there_through_a_link() -> None:
    entries = (SearchPath("LD_LIBRARY_PATH", "/usr/local/cuda/lib64", exists=True, holds=("libcudnn",)),)
    [found] = ask(SYSTEM, environment={"LD_LIBRARY_PATH": "/usr/local/cuda/lib64"}, search_paths=entries)

    assert found.fix.commands == ("unset LD_LIBRARY_PATH",)


@pytest.mark.parametrize(
    ("libraries", "facts"),
    [
        pytest.param(OWN, {}, id="its own"),
        pytest.param(OWN, {"environment": {"LD_LIBRARY_PATH": "/usr/local/cuda/lib64"}}, id="its own, whatever is set"),
        pytest.param({"libcudnn": "/home/u/.local/lib/python3.12/site-packages/nvidia/cudnn/lib/libcudnn.so.9"}, {},
                     id="the user's wheel"),
        pytest.param({"libcudnn": "/c/envs/e/lib/libcudnn.so.8"},
                     {"python": Python("/c/envs/e/bin/python", prefix="/c/envs/e"), "packages": {}}, id="conda's"),
        pytest.param(SYSTEM, {"packages": {}, "torch": Torch("2.6.0a0+ecf3bae40a.nv25.01", cuda="12.8")},
                     id="NVIDIA's container has it in the system"),
        pytest.param(SYSTEM, {"packages": {}, "torch": Torch("2.5.0a0+872d972e41.nv24.08", cuda="12.6")},
                     id="so has a Jetson"),
        pytest.param(SYSTEM, {"packages": {}, "torch": Torch("2.6.0a0+git1234", cuda="12.4")}, id="a source build"),
        pytest.param(SYSTEM, {"packages": {"nvidia-ml-py": "12"}, "torch": Torch("2.4.1", cuda="12.4")},
                     id="a distribution's build"),
        pytest.param(SYSTEM, {"torch": Torch("2.13.0+cpu", cuda=None, hip=None, xpu=None)}, id="a CPU build"),
        pytest.param({}, {}, id="none is loaded, or it cannot be seen (Windows)"),
        pytest.param(SYSTEM, {"torch": None}, id="no torch"),
        pytest.param(SYSTEM, {"torch_run": None}, id="torch was not run"),
    ],
)  # fmt: skip
def test_stays_silent(libraries: dict[str, str], facts: dict[str, Any]) -> None:
    assert not ask(libraries, **facts)


CONDA = {
    "libcudnn": "/home/u/venv/lib/libcudnn.so.9.10.1",
    "libcudnn_ops": "/home/u/venv/lib/libcudnn_ops.so.9.10.1",
    "libcudnn_cnn": "/home/u/venv/lib/libcudnn_cnn.so.9.8.0",
}


def test_parts_of_two_releases_are_told_wherever_they_lie() -> None:
    [found] = ask(CONDA, packages={})

    assert "libcudnn.so.9.10.1 and /home/u/venv/lib/libcudnn_cnn.so.9.8.0" in found.what
    assert set(found.evidence) == {"torch_run.libraries.libcudnn", "torch_run.libraries.libcudnn_cnn"}
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    "libraries",
    [
        pytest.param({name: path for name, path in CONDA.items() if name != "libcudnn_cnn"}, id="all of one release"),
        pytest.param(OWN | {"libcudnn_ops": f"{SITE}/nvidia/cudnn/lib/libcudnn_ops.so.9"}, id="names tell the major"),
        pytest.param(OWN | {"libcudnn_cnn": f"{SITE}/x/libcudnn_cnn.so.9.20.0"}, id="one tells more than the other"),
        pytest.param({"libcudnn": "/home/u/venv/lib/libcudnn.so"}, id="no number"),
    ],
)
def test_stays_silent_on_parts_that_fit(libraries: dict[str, str]) -> None:
    assert not ask(libraries, packages={})
