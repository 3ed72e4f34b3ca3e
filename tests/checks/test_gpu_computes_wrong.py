import pytest

from envdoctor.facts import TorchDevice, TorchRun
from envdoctor.findings import Severity
from envdoctor.testing import findings


def device(index: int, error: str | None, *, capability: str = "8.0") -> TorchDevice:
    return TorchDevice(index, "NVIDIA A100", compute_capability=capability, computes=error is None, error=error)


def test_wrong_numbers_are_the_cards_fault() -> None:
    run = TorchRun(devices=(device(0, None), device(1, "product differs from the CPU's by 0.31")))
    [found] = findings("TOR011", torch_run=run)

    assert found.what == "GPU 1 (NVIDIA A100) does not compute: product differs from the CPU's by 0.31"
    assert (found.severity, found.cause, found.confidence) == (Severity.ERROR, "gpu-fault", "proved")
    assert found.evidence["torch_run.devices.1.computes"] is False


def test_every_gpu_that_fails_is_named() -> None:
    run = TorchRun(
        devices=(device(0, "RuntimeError: CUDA error"), device(1, "RuntimeError: CUDA error"), device(2, None))
    )

    assert len(findings("TOR011", torch_run=run)) == 2


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory.", "gpu-busy"),
        ("RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", "gpu-busy"),
        ("RuntimeError: cuDNN error: CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH", "cudnn-mismatch"),
        ("RuntimeError: CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasLtMatmul`", "cuda-lib-shadowing"),
        ("RuntimeError: CUDA error: uncorrectable ECC error encountered", "gpu-fault"),
        ("RuntimeError: CUDA error: device-side assert", "gpu-fault"),
        ("convolution differs from the CPU's by nan", "gpu-fault"),
    ],
)
def test_causes(error: str, cause: str) -> None:
    [found] = findings("TOR011", torch_run=TorchRun(devices=(device(0, error),)))

    assert found.cause == cause


@pytest.mark.parametrize(("capability", "cause"), [("12.0", "gpu-arch-too-new"), ("6.1", "gpu-arch-too-old")])
def test_no_kernel_image(capability: str, cause: str) -> None:
    error = "AcceleratorError: CUDA error: no kernel image is available for execution on the device"
    run = TorchRun(devices=(device(0, error, capability=capability),), arch_list=("sm_70", "sm_80", "sm_90"))
    [found] = findings("TOR011", torch_run=run)

    assert found.cause == cause


def test_only_the_first_line_stands_in_the_headline() -> None:
    [found] = findings(
        "TOR011", torch_run=TorchRun(devices=(device(0, "RuntimeError: first\nCUDA kernel errors might"),))
    )

    assert "\n" not in found.what


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(TorchRun(devices=(device(0, None), device(1, None))), id="they compute and agree"),
        pytest.param(TorchRun(devices=(TorchDevice(0, "NVIDIA A100"),)), id="it was not tried"),
        pytest.param(TorchRun(devices=(TorchDevice(0, "NVIDIA A100", computes=None),)), id="it could not be tried"),
        pytest.param(TorchRun(devices=()), id="no GPU"),
        pytest.param(None, id="torch was not run"),
    ],
)
def test_stays_silent(run: TorchRun | None) -> None:
    assert not findings("TOR011", torch_run=run)
