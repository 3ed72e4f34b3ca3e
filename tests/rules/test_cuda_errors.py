import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.rules.cuda_errors import CAUSES, cause_of

EXAMPLES = [
    ("CUDA driver is a stub library", "driver-stub-on-path"),
    ("The NVIDIA driver on your system is too old (found version 11040)", "driver-too-old"),
    ("CUDA driver version is insufficient for CUDA runtime version", "driver-too-old"),
    ("RuntimeError: Found no NVIDIA driver on your system. Please check", "no-driver"),
    ("Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized", "fabricmanager"),
    ("Error 803: system has unsupported display driver / cuda driver combination", "driver-library-mismatch"),
    ("Error 804: forward compatibility was attempted on non supported HW", "libcuda-broken"),
    ("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH", "gpu-arch-too-old"),
    ("CUDA error: no kernel image is available for execution on the device", "gpu-arch-too-new"),
    ("cudaErrorNoKernelImageForDevice", "gpu-arch-too-new"),
    ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB", "gpu-busy"),
    ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", "gpu-busy"),
    ("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`", "gpu-busy"),
    ("RuntimeError: Unable to find a valid cuDNN algorithm to run convolution", "gpu-busy"),
    ("all CUDA-capable devices are busy or unavailable", "mig-or-exclusive-mode"),
    ("CUDA unknown error - this may be due to an incorrectly set up environment", "uvm-or-suspend"),
    ("RuntimeError: No CUDA GPUs are available", "visible-devices-hidden"),
    ("no CUDA-capable device is detected", "visible-devices-hidden"),
    ("RuntimeError: cuDNN error: CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH", "cudnn-mismatch"),
    ("Could not load library libcudnn_cnn_infer.so.8", "cudnn-mismatch"),
    ("CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasLtMatmul`", "cuda-lib-shadowing"),
    ("CUDA error: uncorrectable ECC error encountered", "gpu-fault"),
    ("CUDA error: an illegal memory access was encountered", "gpu-fault"),
    ("CUDA error: unspecified launch failure", "gpu-fault"),
]


@pytest.mark.parametrize(("message", "cause"), EXAMPLES, ids=[message[:60] for message, _ in EXAMPLES])
def test_cause_of(message: str, cause: str) -> None:
    assert cause_of(message) == cause


@pytest.mark.parametrize("row", CAUSES, ids=[pattern[:40] for pattern, _ in CAUSES])
def test_every_row_is_the_first_that_fits_some_example(row: tuple[str, str]) -> None:
    firsts = [next(one for one in CAUSES if re.search(one[0], text, re.IGNORECASE)) for text, _ in EXAMPLES]

    assert row in firsts


@pytest.mark.parametrize(
    "message",
    [
        "",
        "SIGSEGV",
        "no end after 25 s",
        "KeyError: 803",
        "RuntimeError: line 804",
        "found version 46",
        "exit code 999",
    ],
)
def test_knows_nothing(message: str) -> None:
    assert cause_of(message) is None


@given(st.text())
def test_no_text_makes_it_fail(message: str) -> None:
    cause_of(message)
