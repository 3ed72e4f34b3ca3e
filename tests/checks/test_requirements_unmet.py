import pytest
from msgspec.structs import replace

from envdoctor.facts import Failure, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from tests.machines_snapshots import CUDA_TORCH, GPU_RUN, PYTHON, gpu_machine, judged

REQUIRES = (
    "filelock",
    "typing-extensions>=4.13.0",
    "setuptools>=77",
    "cuda-toolkit[cublas,cudart]==13.2.2",
    "nvidia-cudnn-cu13==9.26.0.51",
    "nvidia-nccl-cu13==2.30.7",
    "triton~=3.9.0",
)
INSTALLED = {
    "filelock": "4.2.11",
    "typing-extensions": "4.16.0",
    "cuda-toolkit": "13.2.2",
    "nvidia-cudnn-cu13": "9.26.0.51",
    "nvidia-nccl-cu13": "2.30.7",
    "triton": "3.9.0",
    "torch": "2.15.0",
}
TORCH = replace(CUDA_TORCH, requires=REQUIRES)


def found(packages: dict[str, str], torch: Torch | None = TORCH, run: TorchRun = GPU_RUN) -> list[Finding]:
    return judged("LIB008", gpu_machine(), torch=torch, packages=packages, python=PYTHON, torch_run=run)


def test_a_library_that_was_replaced() -> None:
    [one] = found(INSTALLED | {"nvidia-cudnn-cu13": "9.10.2.21"})

    assert one.severity is Severity.WARNING
    assert one.cause == "cudnn-mismatch"
    assert "nvidia-cudnn-cu13 9.10.2.21 (it requires 9.26.0.51)" in one.what
    assert one.fix.commands == ("/home/ada/env/bin/python -m pip install nvidia-cudnn-cu13==9.26.0.51",)


def test_an_older_triton_is_torch_compiles_trouble() -> None:
    [one] = found(INSTALLED | {"triton": "3.1.0"})

    assert (one.severity, one.cause) == (Severity.WARNING, "triton-or-compile")
    assert "triton 3.1.0" in one.what
    assert one.fix.commands == ("/home/ada/env/bin/python -m pip install triton==3.9.0",)


def test_two_libraries_are_not_cudnns_trouble_alone() -> None:
    [one] = found(INSTALLED | {"nvidia-cudnn-cu13": "9.10.2.21", "nvidia-nccl-cu13": "2.20.5"})

    assert one.cause == "cuda-lib-shadowing"


def test_a_package_that_is_missing_is_a_note() -> None:
    packages = {name: version for name, version in INSTALLED.items() if name != "triton"}
    [one] = found(packages)

    assert one.severity is Severity.NOTE
    assert "requires triton, which is not installed" in one.what
    assert one.cause == "triton-or-compile"


def test_a_torch_without_what_it_requires() -> None:
    [one] = found({"torch": "2.15.0"})

    assert "cuda-toolkit, filelock, nvidia-cudnn-cu13, nvidia-nccl-cu13, triton, typing-extensions" in one.what


@pytest.mark.parametrize(
    ("packages", "torch"),
    [
        pytest.param(INSTALLED, TORCH, id="all is there; setuptools is for building"),
        pytest.param(INSTALLED | {"triton": "3.10.0"}, TORCH, id="who replaces Triton knows why"),
        pytest.param(INSTALLED | {"triton": "3.9.1"}, TORCH, id="a later patch of Triton"),
        pytest.param({}, None, id="no torch is TOR001's"),
        pytest.param({}, replace(TORCH, requires=()), id="it requires nothing"),
        pytest.param({}, replace(TORCH, requires=Unknown("no metadata")), id="not known"),
        pytest.param({}, replace(TORCH, installer="conda"), id="conda calls them otherwise"),
        pytest.param(
            INSTALLED, replace(TORCH, requires=("Filelock", "typing_extensions (>=4)", "", "?")), id="spelling"
        ),
    ],
)
def test_stays_silent(packages: dict[str, str], torch: Torch | None) -> None:
    assert not found(packages, torch)


def test_is_silent_about_what_a_failed_import_misses_and_says_itself() -> None:
    failed = TorchRun(failure=Failure("exception", "import torch", "ModuleNotFoundError: No module named 'filelock'"))

    assert not found({"torch": "2.15.0"}, run=failed)
