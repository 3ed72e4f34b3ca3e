"""What CUDA, cuBLAS and cuDNN say when they fail inside PyTorch, and the cause that it usually has.

Sources: CUDA Runtime API, cudaError; cuDNN and cuBLAS API, status codes; the public issues of PyTorch in which
these messages were explained.
"""

from __future__ import annotations

import re

FULL = (
    r"out of memory|CUBLAS_STATUS_(ALLOC_FAILED|NOT_INITIALIZED)|CUDNN_STATUS_ALLOC_FAILED"
    r"|valid (cuDNN algorithm|convolution algorithms)"
)
"""A tiny product needs a handle of cuBLAS and a workspace of cuDNN: these fail where the memory is full."""
FAULTY = (
    r"uncorrectable ECC|illegal (memory access|instruction|address)|unspecified launch failure|misaligned address"
    r"|GPU is lost|fallen off the bus|hardware stack"
)

CAUSES = (
    # What the message says → the cause. The first that fits counts.
    (r"stub library|\bError 34\b", "driver-stub-on-path"),
    (r"driver on your system is too old|driver version is insufficient", "driver-too-old"),
    (r"Found no NVIDIA driver", "no-driver"),
    (r"system not yet initialized|\bError 802\b", "fabricmanager"),
    (r"unsupported display driver|\bError 803\b", "driver-library-mismatch"),
    (r"forward compatibility was attempted|\bError 804\b", "libcuda-broken"),
    (r"ARCH_MISMATCH", "gpu-arch-too-old"),
    (r"no kernel image|NoKernelImageForDevice|is not compatible with the current PyTorch", "gpu-arch-too-new"),
    (FULL, "gpu-busy"),
    (r"busy or unavailable|\bError 46\b", "mig-or-exclusive-mode"),
    (r"CUDA unknown error|unknown error|\bError 999\b", "uvm-or-suspend"),
    (r"No CUDA GPUs are available|no CUDA-capable device|invalid device ordinal", "visible-devices-hidden"),
    (r"cudnn", "cudnn-mismatch"),
    (r"cublas|nvJitLink|nvrtc|cusparse|cusolver", "cuda-lib-shadowing"),
    (FAULTY, "gpu-fault"),
)


def cause_of(message: str) -> str | None:
    """Return the cause that such a message usually has, or None: none is known."""
    return next((cause for pattern, cause in CAUSES if re.search(pattern, message, re.IGNORECASE)), None)
