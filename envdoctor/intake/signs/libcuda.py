"""Signs of what CUDA needs from the driver: libcuda, NVML, nvidia-uvm.

Sources: texts in PyTorch (c10/cuda, torch/cuda/__init__.py), CUDA's runtime and driver (cudaGetErrorString), NVML,
the kernel module (NVRM), nvidia-container-cli, TensorFlow, JAX and Numba, and the public issues in which they were
explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

SIGNS: tuple[Sign, ...] = (
    # --- libcuda ---
    Sign("libcuda-missing", "libcuda.so", r"libcuda\.so(?:\.1)?['\"]?(?:: cannot open shared object| ?: file too "
         r"short|;? dlerror| (?:(?:is |was )?not|cannot be) found|: No such file| (?:is )?missing|: invalid ELF)",
         "ImportError: libcuda.so.1: cannot open shared object file: No such file or directory"),
    Sign("libcuda-missing", "libcuda", r"(?:could not|cannot|can't|unable to|failed to|couldn't) "
         r"(?:find|load|open|locate)(?: dynamic library| library| the library)? "
         r"['\"]?libcuda(?:\.so)?\b(?:\.1)?['\"]?", "Could not load dynamic library 'libcuda.so.1'"),
    Sign("libcuda-missing", "cuda driver library cannot be found", r"CUDA driver library cannot be found",
         "CudaSupportError: Error at driver init: CUDA driver library cannot be found."),
    Sign("libcuda-missing", "nvcuda.dll", r"nvcuda\.dll[^.]{0,30}(?:not found|missing|could "
         r"not|cannot)|(?:find|load) (?:module |library )?['\"]?nvcuda\.dll", "Could not find module 'nvcuda.dll'"),
    Sign("libcuda-missing", "libcuda", r"(?:empty|zero[- ]byte|broken|dangling|wrong|missing|no|damaged) "
         r"(?:symlink |file |link )?(?:to )?libcuda(?:\.so)?\b", "an empty libcuda.so.1 after the update"),
    Sign("nvml-missing", "libnvidia-ml", r"libnvidia-ml\.so(?:\.1)?['\"]?(?:: cannot open shared object|: No such "
         r"file| not found)", "load library failed: libnvidia-ml.so.1: cannot open shared object file"),
    Sign("nvml-missing", "nvml shared library not found", r"NVML Shared Library Not Found",
         "pynvml.NVMLError_LibraryNotFound: NVML Shared Library Not Found"),
    Sign("nvml-missing", "could not load nvml library", r"could not load NVML library",
         "Failed to initialize NVML: could not load NVML library."),
    Sign("nvml-missing", "find libnvidia-ml", r"couldn'?t find libnvidia-ml\.so library",
         "NVIDIA-SMI couldn't find libnvidia-ml.so library"),
    Sign("compat-refused", "forward compatibility", r"forward compatibility was attempted on non[- ]supported HW",
         "Error 804: forward compatibility was attempted on non supported HW"),
    Sign("compat-refused", "compat_not_supported", r"CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
         "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE"),
    Sign("compat-refused", "compatnotsupported", r"cudaErrorCompatNotSupportedOnDevice",
         "cudaErrorCompatNotSupportedOnDevice"),
    Sign("compat-refused", "804", r"\b(?:error|code|CUDA)[ :=(]{1,3}804\b", "cudaGetDeviceCount() error 804"),
    Sign("compat-refused", "cuda-compat", r"cuda-compat[\w.-]{0,12}\b", "the image brings cuda-compat-12-4"),
    # --- nvidia-uvm, suspend ---
    Sign("cuda-unknown-error", "cuda unknown error", r"CUDA unknown error",
         "CUDA unknown error - this may be due to an incorrectly set up environment"),
    Sign("cuda-unknown-error", "unknown error", r"cuda ?runtime error \((?:30|999)\) ?: unknown "
         r"error|CUDA(?:_ERROR_| error:? )unknown(?: error)?|cuInit[^.]{0,40}unknown error",
         "cuda runtime error (999) : unknown error at THCGeneral.cpp:47"),
    Sign("cuda-unknown-error", "999", r"\b(?:error|code)[ :=(]{1,3}999\b", "cuInit failed with error 999"),
    Sign("cuda-unknown-error", "cuda_error_unknown", r"CUDA_ERROR_UNKNOWN",
         "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error"),
    Sign("cuda-unknown-error", "cudaerrorunknown", r"cudaErrorUnknown", "cudaErrorUnknown"),
    Sign("uvm-missing", "nvidia-uvm", r"/dev/nvidia-uvm(?:-tools)?[^.]{0,40}(?:missing|No such|not "
         r"(?:exist|found|there|created)|does not)|nvidia-uvm[^.]{0,80}(?:err -?\d+|fail|not loaded|missing|does "
         r"not load|cannot|could not|Unable)", "nvidia-uvm: Loading failed: /dev/nvidia-uvm is missing"),
    Sign("uvm-missing", "nvidia_uvm", r"(?:could not insert|Module) ['\"]?nvidia_uvm|nvidia_uvm[^.]{0,40}(?:not "
         r"loaded|missing|not found|fail|reload)|(?:modprobe|reload\w*|rmmod) (?:-r )?nvidia_uvm",
         "modprobe: ERROR: could not insert 'nvidia_uvm': Invalid argument"),
    Sign("after-suspend", "suspend", r"\b(?:suspend\w*|s2ram)\b", "after suspend, CUDA is gone"),
    Sign("after-suspend", "resum", r"\b(?:after|on|from|upon) (?:a |the )?(?:system |laptop )?resum(?:e|ing)\b(?! "
         r"from| training| checkpoint)", "fails after resume"),
    Sign("after-suspend", "sleep", r"\b(?:after|from|wakes?|woke|waking)\b[^.]{0,30}\bsleep\b(?! ?\()",
         "after the laptop woke from sleep"),
    Sign("after-suspend", "hibernat", r"\bhibernat\w+", "after hibernation"),
    Sign("launch-failure", "unspecified launch failure", r"unspecified launch failure",
         "CUDA error: unspecified launch failure"),
)  # fmt: skip
