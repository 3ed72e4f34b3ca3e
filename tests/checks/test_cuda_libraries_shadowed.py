from typing import Any

import pytest

from envdoctor.facts import Python, Torch, TorchDevice, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

SITE = "/home/u/venv/lib/python3.12/site-packages"
OWN = {"libcublas": f"{SITE}/nvidia/cublas/lib/libcublas.so.12"}
TOOLKIT = {"libcublas": "/usr/local/cuda-12.1/targets/x86_64-linux/lib/libcublas.so.12.1.3.1"}
WHEELS_12 = {"nvidia-cublas-cu12": "12.8.4.1", "nvidia-nccl-cu12": "2.27.3"}


def ask(libraries: dict[str, str], **facts: Any) -> list[Finding]:
    devices = facts.pop("devices", ())
    usual: dict[str, Any] = {
        "torch": Torch("2.8.0+cu128", cuda="12.8", path=f"{SITE}/torch"),
        "torch_run": TorchRun(libraries=libraries, devices=devices),
        "python": Python("/home/u/venv/bin/python", prefix="/home/u/venv"),
        "packages": WHEELS_12,
        "environment": {},
        "search_paths": Unknown("not looked at"),
    }
    return findings("LIB006", **(usual | facts))


def test_names_the_library_and_its_place() -> None:
    folder = "/usr/local/cuda-12.1/targets/x86_64-linux/lib"
    libraries = TOOLKIT | {"libnccl": "/usr/lib/x86_64-linux-gnu/libnccl.so.2.18"}
    [found] = ask(libraries, environment={"LD_LIBRARY_PATH": folder})

    assert f"libcublas from {folder}/libcublas.so.12.1.3.1 and 1 more" in found.what
    assert (found.severity, found.cause) == (Severity.WARNING, "cuda-lib-shadowing")
    assert found.fix.commands == ("unset LD_LIBRARY_PATH",)


@pytest.mark.parametrize("wheel", ["nvidia-cublas-cu12", "nvidia-cublas-cu11", "nvidia-cublas"])
def test_wheels_of_all_generations(wheel: str) -> None:
    assert ask(TOOLKIT, packages={wheel: "1"})


def test_an_error_where_the_library_was_seen_to_fail() -> None:
    failed = TorchDevice(
        0, "x", computes=False, error="CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasLt`"
    )
    [found] = ask(TOOLKIT, devices=(failed,))

    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("libraries", "facts"),
    [
        pytest.param(OWN, {}, id="its own"),
        pytest.param({"libcuda": "/usr/lib/x86_64-linux-gnu/libcuda.so.580"}, {}, id="the driver's is the system's"),
        pytest.param({"libgomp": "/usr/lib/x86_64-linux-gnu/libgomp.so.1"}, {}, id="no library of CUDA"),
        pytest.param({"libcufft": "/usr/local/cuda/lib64/libcufft.so.11"}, {}, id="a library whose wheel is not there"),
        pytest.param(TOOLKIT, {"packages": {"nvidia-ml-py": "12.535.0", "nvidia-dali-cuda120": "1.44"}},
                     id="NVIDIA's container: packages of NVIDIA, libraries of the toolkit"),
        pytest.param({"libcublas": "/c/envs/e/lib/libcublas.so.12"},
                     {"python": Python("/c/envs/e/bin/python", prefix="/c/envs/e"), "packages": {}}, id="conda's"),
        pytest.param(OWN | {"libtorch_cpu": f"/data{SITE}/torch/lib/libtorch_cpu.so",
                            "libnccl": f"/data{SITE}/nvidia/nccl/lib/libnccl.so.2"}, {}, id="a home behind a link"),
        pytest.param({"libcublas": f"{SITE}/torch/lib/libcublas.so.11"}, {}, id="inside torch, as old builds have it"),
        pytest.param(TOOLKIT, {"torch": Torch("2.13.0+cpu", cuda=None, hip=None, xpu=None)}, id="a CPU build"),
        pytest.param({}, {}, id="nothing can be seen (Windows)"),
        pytest.param(TOOLKIT, {"torch": None}, id="no torch"),
        pytest.param(TOOLKIT, {"torch_run": None}, id="torch was not run"),
        pytest.param(TOOLKIT, {"python": None}, id="no Python"),
    ],
)  # fmt: skip
def test_stays_silent(libraries: dict[str, str], facts: dict[str, Any]) -> None:
    assert not ask(libraries, **facts)
