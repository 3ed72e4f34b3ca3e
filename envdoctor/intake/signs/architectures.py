"""Signs of a graphics card and a build that do not fit each other.

Sources: texts in PyTorch (torch/cuda/__init__.py), CUDA's runtime (cudaGetErrorString), cuDNN, flash-attention,
xformers, vLLM, and the public issues in which they were explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

SIGNS: tuple[Sign, ...] = (
    Sign("sm-not-compatible", "is not compatible with the current", r"(?:(?P<gpu>(?:NVIDIA|GeForce|Tesla|Quadro|TIT"
         r"AN|GPU)[\w ().-]{0,50}?) )?with CUDA capability sm_(?P<sm>\d{2,3}) is not compatible with the current "
         r"PyTorch installation",
         "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch "
         "installation."),
    Sign("sm-list", "supports cuda capabilities", r"supports CUDA capabilities (?P<list>sm_\d+(?: "
         r"(?:sm|compute)_\d+)*)",
         "The current PyTorch install supports CUDA capabilities sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90."),
    Sign("sm-list", "supports sm_", r"supports (?P<list>sm_\d+(?:[ ,.]+sm_\d+)*)", "(supports sm_37 sm_50 sm_60)"),
    Sign("gpu-too-old", "because it is too old", r"no longer supports this GPU because it is too old",
         "PyTorch no longer supports this GPU because it is too old."),
    Sign("gpu-too-old", "minimum cuda capability", r"minimum cuda capability (?:that we support|supported by this "
         r"library)(?: is)? ?(?P<wanted>\d+\.\d+)?", "The minimum cuda capability that we support is 3.5."),
    Sign("gpu-too-old", "of cuda capability", r"(?:Found GPU\d+ (?P<gpu>[\w ()-]{3,50}) )?which is of cuda "
         r"capability (?P<capability>\d+\.\d+)", "Found GPU0 GeForce GT 730 which is of cuda capability 3.5."),
    Sign("gpu-too-old", "compute capability", r"(?:only supported on GPUs with|requires (?:a GPU with )?|needs|at "
         r"least|minimum(?: required)?) (?:CUDA )?compute capability (?:of |is |>=? ?|at least "
         r")*(?P<wanted>\d+\.\d)", "Bfloat16 is only supported on GPUs with compute capability of at least 8.0."),
    Sign("gpu-too-old", "ampere gpus or newer", r"only supports? Ampere GPUs or newer",
         "RuntimeError: FlashAttention only supports Ampere GPUs or newer."),
    Sign("gpu-too-old", "requires .target", r"Feature '[^']{1,40}' requires \.target sm_(?P<wanted>\d+) or higher",
         "ptxas error : Feature '.bf16' requires .target sm_80 or higher"),
    Sign("gpu-too-old", "compute capability", r"compute capability (?:of )?(?P<capability>[2-7]\.\d)[^.]{0,40}(?:no"
         r"t supported|unsupported|no longer|too old|too low)|(?:dropped|no longer support\w*|removed|not "
         r"support\w*)[^.]{0,50}compute capability (?P<dropped>[2-7]\.\d)",
         "compute capability 3.5 is no longer supported"),
    Sign("gpu-too-old", "drop", r"(?:dropp?(?:ed|s|ing)|drops?) (?:the )?support (?:for|of) "
         r"(?P<family>Kepler|Maxwell|Pascal|Volta|Fermi|sm_\d\d)", "CUDA 13 dropped support for Pascal"),
    Sign("gpu-too-old", "arch_mismatch", r"CUDNN_STATUS_(?:NOT_SUPPORTED_)?ARCH_MISMATCH",
         "RuntimeError: cuDNN error: CUDNN_STATUS_ARCH_MISMATCH"),
    Sign("no-kernel-image", "no kernel image", r"no kernel image is available(?: for execution)?",
         "CUDA error: no kernel image is available for execution on the device"),
    Sign("no-kernel-image", "nokernelimagefordevice", r"cudaErrorNoKernelImageForDevice",
         "cudaErrorNoKernelImageForDevice"),
    Sign("no-kernel-image", "no_binary_for_gpu", r"CUDA_ERROR_NO_BINARY_FOR_GPU", "CUDA_ERROR_NO_BINARY_FOR_GPU"),
    Sign("no-kernel-image", "invalid device function", r"(?:CUDA error|cuda runtime error|cudaErrorInvalidDeviceFun"
         r"ction|cudaCheckError|error)[^.]{0,30}invalid device function",
         "cuda runtime error (8) : invalid device function"),
    Sign("no-kernel-image", "invaliddevicefunction", r"cudaErrorInvalidDeviceFunction",
         "cudaErrorInvalidDeviceFunction"),
    Sign("no-kernel-image", "sm_", r"(?:(?:no|lacks?|without|missing|not (?:support\w*|include|have|contain|built "
         r"for|compiled for)|unsupported) (?:kernels? |code |support )?(?:for |with )?(?:CUDA capability "
         r")?sm_(?P<sm>\d{2,3}))|sm_(?P<missing>\d{2,3})[a-z]? (?:is )?(?:not supported|unsupported|not "
         r"included|missing|not in|no kernels?)", "the wheel has no kernels for sm_120"),
    Sign("no-kernel-image", "blackwell", r"(?:not support\w*|unsupported|no support|without)[^.]{0,40}Blackwell|Bla"
         r"ckwell[^.]{0,40}(?:not (?:yet )?support\w*|unsupported)",
         "Blackwell is not yet supported by this release"),
    Sign("no-kernel-image", "arch mismatch", r"cutlass[^.]{0,60}arch mismatch|kErrorArchMismatch",
         "RuntimeError: cutlass arch mismatch"),
    Sign("no-kernel-image", "(too new)", r"your GPU has capability \((?P<major>\d+), ?(?P<minor>\d)\) \(too new\)",
         "requires device with capability <= (9, 0) but your GPU has capability (12, 0) (too new)"),
    Sign("gpu-too-old", "(too old)", r"your GPU has capability \(\d+, ?\d\) \(too old\)",
         "requires device with capability > (7, 0) but your GPU has capability (6, 1) (too old)"),
)  # fmt: skip
