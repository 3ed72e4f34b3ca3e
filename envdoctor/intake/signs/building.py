"""Signs of extensions that cannot be built, or were built for something else.

Sources: torch/utils/cpp_extension.py, the set-up scripts of apex, DeepSpeed, flash-attention and detectron2,
crt/host_config.h of the toolkits, CMake's FindCUDA, and the public issues in which these messages were explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

VERSION = r"\d+(?:\.\d+)*"

SIGNS: tuple[Sign, ...] = (
    # --- nvcc and PyTorch ---
    Sign("nvcc-differs", "detected cuda version",
         rf"detected CUDA version \((?P<nvcc>{VERSION})\) mismatches(?: the version that was used to compile "
         rf"PyTorch(?: \((?P<torch>{VERSION})\)?)?)?",
         "RuntimeError: The detected CUDA version (12.9) mismatches the version that was used to compile PyTorch "
         "(11.8)."),
    Sign("nvcc-differs", "does not match the version",
         rf"Cuda extensions are being compiled with a version of Cuda that does not match the version used to "
         rf"compile Pytorch binaries(?:\. Pytorch binaries were compiled with Cuda (?P<torch>{VERSION}))?",
         "RuntimeError: Cuda extensions are being compiled with a version of Cuda that does not match the version "
         "used to compile Pytorch binaries. Pytorch binaries were compiled with Cuda 10.0"),
    Sign("nvcc-differs", "does not match the version",
         rf"Installed CUDA version (?P<nvcc>{VERSION}) does not match the version torch was compiled with "
         rf"(?P<torch>{VERSION})(?!,? but since|\d|\.\d)",
         "CUDAMismatchException: >- DeepSpeed Op Builder: Installed CUDA version 12.2 does not match the version "
         "torch was compiled with 11.7, unable to compile cuda/cpp extensions without a matching cuda version."),
    Sign("nvcc-differs", "cudamismatchexception", r"CUDAMismatchException",
         "op_builder.builder.CUDAMismatchException"),
    Sign("nvcc-differs", "is only supported on cuda",
         rf"(?P<package>\w+) is only supported on CUDA (?P<wanted>{VERSION}) and "
         r"above",
         "RuntimeError: FlashAttention is only supported on CUDA 11.7 and above. Note: make sure nvcc has a "
         "supported version by running nvcc -V."),
    Sign("nvcc-differs", "nvcc",
         rf"nvcc (?:version )?(?:is )?\(?v?(?P<nvcc>{VERSION})\)?[^.]{{0,60}}?(?:mismatch|does not match|doesn't "
         rf"match|differs from|but)[^.]{{0,40}}?(?:torch|pytorch)[^.]{{0,40}}?(?P<torch>{VERSION})",
         "nvcc 12.1 does not match PyTorch, which was built with CUDA 11.8"),
    Sign("nvcc-minor-differs", "minor version mismatch",
         rf"detected CUDA version \((?P<nvcc>{VERSION})\) has a minor version mismatch with the version that was "
         rf"used to compile PyTorch \((?P<torch>{VERSION})\)?",
         "The detected CUDA version (11.7) has a minor version mismatch with the version that was used to compile "
         "PyTorch (11.3). Most likely this shouldn't be a problem."),
    Sign("nvcc-minor-differs", "but since the apis are compatible",
         rf"Installed CUDA version (?P<nvcc>{VERSION}) does not match the version torch was compiled with "
         rf"(?P<torch>{VERSION}),? but since the APIs are compatible",
         "[WARNING] Installed CUDA version 11.6 does not match the version torch was compiled with 11.7 but since "
         "the APIs are compatible, accepting this combination"),
    Sign("nvcc-differs", "conflicting cuda installs", r"Found two conflicting CUDA (?:installs|toolkits)[^!]{0,100}",
         "Found two conflicting CUDA installs: V12.1.66 in '/usr/include' and V11.8.89 in '/usr/local/cuda'"),
    Sign("nvcc-differs", "findcuda says",
         r"FindCUDA says CUDA version is (?P<nvcc>[\d.]*\d)[^!]{0,80}?headers say the version is "
         r"(?P<headers>[\d.]*\d)",
         "FindCUDA says CUDA version is 11.5 (usually determined by nvcc), but the CUDA headers say the version is "
         "12.1."),
    Sign("nvcc-lacks-gpu", "unsupported gpu architecture",
         r"nvcc fatal ?: ?Unsupported gpu architecture '(?P<arch>compute_\w+)'",
         "nvcc fatal   : Unsupported gpu architecture 'compute_89'"),
    Sign("nvcc-lacks-gpu", "is not defined for option 'gpu-",
         r"nvcc fatal ?: ?Value '(?P<arch>\w+)' is not defined for option 'gpu-(?:architecture|code)'",
         "nvcc fatal : Value 'sm_120' is not defined for option 'gpu-architecture'"),
    Sign("nvcc-too-old", "is not defined for option 'std'",
         r"nvcc fatal ?: ?Value '(?P<value>c\+\+\d+)' is not defined for option 'std'",
         "nvcc fatal   : Value 'c++17' is not defined for option 'std'"),
    # --- no toolkit ---
    Sign("cuda-home-unset", "cuda_home",
         r"CUDA_HOME\b(?: environment variable)?(?: is| was)? ?(?:not set|unset|empty|not defined|not found|missing|"
         r"undefined|None|does not exist)\b(?:\. Please set it to your CUDA install root)?",
         "OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root."),
    Sign("cuda-home-unset", "missingcudaexception", r"MissingCUDAException",
         "op_builder.builder.MissingCUDAException"),
    Sign("cuda-home-unset", "cuda_path",
         r"CUDA_PATH (?:environment variable )?(?:is not set|could not be detected|not found|is not defined)",
         "CUDA path could not be detected. Set CUDA_PATH environment variable: CUDA_PATH is not set"),
    Sign("cuda-home-unset", "could not be detected", r"CUDA path could not be detected",
         "UserWarning: CUDA path could not be detected. Set CUDA_PATH environment variable if CuPy fails to load."),
    Sign("nvcc-missing", "nvcc",
         r"nvcc was not found|(?:Unable to|cannot|could not|couldn't|failed to|can't) (?:find|locate|execute|run) "
         r"(?:the )?['`\"]?nvcc\b",
         "RuntimeError: flash_attn was requested, but nvcc was not found. Are you sure your environment has nvcc "
         "available?"),
    Sign("nvcc-missing", "nvcc", r"(?P<path>\S{0,120}nvcc(?:\.exe)?)['\"]?: (?:command )?not found",
         "/bin/sh: 1: :/usr/local/cuda/bin/nvcc: not found"),
    Sign("nvcc-missing", "nvcc", r"No such file or directory: ['\"](?P<path>[^'\"]{0,120}nvcc(?:\.exe)?)['\"]",
         "FileNotFoundError: [Errno 2] No such file or directory: '/usr/local/cuda/bin/nvcc'"),
    Sign("nvcc-missing", "nvcc", r"(?P<path>\S{0,120}nvcc)['\"]?: No such file or directory",
         "/usr/local/cuda/bin/nvcc: No such file or directory"),
    Sign("nvcc-missing", "nvcc", r"command ['\"](?P<path>\S{0,120}nvcc(?:\.exe)?)['\"] failed: No such file",
         "error: command '/usr/local/cuda/bin/nvcc' failed: No such file or directory"),
    Sign("nvcc-missing", "'nvcc' is not recognized", r"'nvcc' is not recognized as an internal or external command",
         "'nvcc' is not recognized as an internal or external command"),
    Sign("cuda-home-unset", "keyerror", r"KeyError: ['\"](?P<variable>CUDA_HOME|CUDA_PATH)['\"]",
         "KeyError: 'CUDA_HOME'"),
    Sign("nvcc-missing", "nvcc",
         r"nvcc (?:compiler )?(?:is |was )?(?:not (?:found|installed|available|on PATH|in PATH)|missing|could not be "
         r"found)", "nvcc not found in PATH"),
    Sign("toolkit-not-found", "-notfound", r"(?P<variable>CUDA_\w{2,40}|CMAKE_CUDA_COMPILER)-NOTFOUND",
         "CMAKE_CUDA_COMPILER-NOTFOUND"),
    Sign("toolkit-not-found", "ptxas",
         r"(?:Couldn't|Could not|can't) (?:find|invoke|launch|get) ptxas(?! version)|ptxas (?:not found|does not "
         r"exist)", "Couldn't invoke ptxas --version"),
    Sign("toolkit-not-found", "jit load",
         r"Unable to JIT load the (?P<operator>\w+) op due to it not being compatible",
         "RuntimeError: Unable to JIT load the fused_adam op due to it not being compatible due to hardware/software "
         "issue."),
    Sign("nvcc-missing", "nvcc", r"\b(?:no|without|missing) nvcc\b", "there is no nvcc in this image"),
    Sign("toolkit-not-found", "could not find cuda", r"Could NOT find CUDA(?:Toolkit)? \(missing:[^)]{0,160}",
         "Could NOT find CUDA (missing: CUDA_TOOLKIT_ROOT_DIR CUDA_NVCC_EXECUTABLE CUDA_INCLUDE_DIRS)"),
    Sign("toolkit-not-found", "cmake_cuda_compiler", r"No CMAKE_CUDA_COMPILER could be found",
         "CMake Error: No CMAKE_CUDA_COMPILER could be found."),
    Sign("toolkit-not-found", "cuda compiler",
         r"Failed to (?:find|detect) (?:a )?(?:nvcc|(?:default )?CUDA (?:compiler|architecture|toolkit))",
         "CMake Error: Failed to find a CUDA compiler"),
    Sign("toolkit-not-found", "failed to find nvcc", r"Failed to find nvcc",
         "Failed to find nvcc. Compiler requires the CUDA toolkit. Please set the CUDAToolkit_ROOT variable."),
    Sign("toolkit-not-found", "default cuda architecture", r"Failed to detect a default CUDA architecture",
         "CMake Error: Failed to detect a default CUDA architecture."),
    Sign("toolkit-not-found", "cuda_toolkit_root_dir",
         r"CUDA_TOOLKIT_ROOT_DIR not found or specified|Specify CUDA_TOOLKIT_ROOT_DIR",
         "CUDA_TOOLKIT_ROOT_DIR not found or specified"),
    Sign("toolkit-not-found", "no cuda toolset", r"No CUDA toolset found", "CMake Error: No CUDA toolset found."),
    Sign("toolkit-not-found", "installed caffe2 version uses cuda",
         r"Your installed Caffe2 version uses CUDA but I cannot find the CUDA libraries",
         "Your installed Caffe2 version uses CUDA but I cannot find the CUDA libraries"),
    Sign("toolkit-not-found", "libnvvm", r"libNVVM cannot be found",
         "numba.cuda.cudadrv.error.NvvmSupportError: libNVVM cannot be found. Do `conda install cudatoolkit`"),
    Sign("toolkit-not-found", "libdevice",
         r"(?:Can't find libdevice directory|libdevice not found|Missing libdevice file)",
         "Can't find libdevice directory ${CUDA_DIR}/nvvm/libdevice."),
    Sign("toolkit-not-found", "cuda toolkit",
         r"CUDA toolkit (?:is )?(?:not (?:found|installed)|missing|could not be found)|(?:could not|cannot|can't|"
         r"unable to) (?:find|locate) (?:the |a )?CUDA toolkit",
         "RuntimeError: CUDA toolkit not found. Install it to build the extension."),
    Sign("cuda-header-missing", "no such file",
         r"(?:fatal error[: ]{1,3}|Cannot open include file: ')(?P<header>cuda_runtime(?:_api)?\.h|cuda_fp16\.h|"
         r"cuda_bf16\.h|cublas_v2\.h|cublasLt\.h|cusparse\.h|cusolver\w*\.h|curand\w*\.h|cufft\.h|"
         r"cuda_profiler_api\.h|nvToolsExt\.h|thrust/[\w/.]+|cub/[\w/.]+|cudnn\.h|nccl\.h|nv/target|"
         r"crt/host_defines\.h)'?: No such file", "fatal error: cuda_runtime_api.h: No such file or directory"),
    Sign("cuda-header-missing", "file not found",
         r"'(?P<header>cuda_runtime(?:_api)?\.h|cuda_fp16\.h|cublas_v2\.h)' file not found",
         "fatal error: 'cuda_runtime.h' file not found"),
    Sign("cuda-library-missing", "cannot find -l",
         r"cannot find -l(?P<library>cudart|cublas\w*|cudnn|nvrtc|curand|cusparse|cusolver|cufft|nvToolsExt|nccl)\b",
         "/usr/bin/ld: cannot find -lcudart: No such file or directory"),
    Sign("cuda-setup-failed", "cuda setup failed", r"CUDA Setup failed despite (?:GPU|CUDA) being available",
         "RuntimeError: CUDA Setup failed despite GPU being available. Please run the following command to get more "
         "information: python -m bitsandbytes"),
    Sign("cuda-setup-failed", "cuda_setup", r"CUDA_SETUP: WARNING! libcudart\.so not found in any environmental path",
         "CUDA_SETUP: WARNING! libcudart.so not found in any environmental path. Searching /usr/local/cuda/lib64..."),
    Sign("cuda-setup-failed", "cuda binary not found",
         r"Required library version not found: (?P<library>libbitsandbytes\w*\.so)",
         "CUDA SETUP: CUDA binary not found. Required library version not found: libbitsandbytes_cuda122.so."),
    Sign("ninja-missing", "ninja is required", r"Ninja is required to load C\+\+ extensions",
         "RuntimeError: Ninja is required to load C++ extensions (pip install ninja to get it)"),
    Sign("build-compiler-missing", "unable to execute",
         r"unable to execute '(?P<compiler>[\w./+-]*(?:gcc|g\+\+|cc|c\+\+|clang\+?\+?))': No such file",
         "unable to execute 'gcc': No such file or directory"),
    Sign("build-compiler-missing", "failed: no such file",
         r"command '(?P<compiler>[\w./+-]*(?:gcc|g\+\+|cc|c\+\+|clang|cl\.exe))' failed: No such file",
         "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory"),
    Sign("build-compiler-missing", "visual c++ 1", r"Microsoft Visual C\+\+ 1[\d.]+ (?:or greater )?is required",
         'error: Microsoft Visual C++ 14.0 or greater is required. Get it with "Microsoft C++ Build Tools"'),
    Sign("build-compiler-missing", "error checking compiler version",
         r"Error checking compiler version for (?P<compiler>[\w+.]+)",
         "UserWarning: Error checking compiler version for cl: [WinError 2] The system cannot find the file specified"),
    Sign("build-compiler-missing", "cl.exe",
         r"(?:Cannot|Could not|Unable to) (?:find|locate) compiler '?cl\.exe'? in PATH|'cl\.exe'? not found|(?:Could "
         r"not|Cannot) (?:find|locate) (?:a (?:supported|suitable) )?(?:Microsoft Visual C\+\+|cl\.exe)",
         "nvcc fatal   : Cannot find compiler 'cl.exe' in PATH"),
    Sign("build-compiler-missing", "no cmake_cxx_compiler", r"No CMAKE_CXX_COMPILER could be found",
         "CMake Error: No CMAKE_CXX_COMPILER could be found."),
    # --- the host compiler ---
    Sign("compiler-refused", "unsupported gnu version",
         r"unsupported GNU version(?:! gcc versions? (?:later than|newer than) (?P<newest>[\d.]*\d) (?:and up )?are "
         r"not supported)?", "#error -- unsupported GNU version! gcc versions later than 12 are not supported!"),
    Sign("compiler-refused", "unsupported gnu compiler", r"unsupported GNU compiler",
         "#error -- unsupported GNU compiler!"),
    Sign("compiler-refused", "unsupported clang version",
         r"unsupported clang version! clang version must be less than (?P<newest>\d+)",
         "#error -- unsupported clang version! clang version must be less than 16 and greater than 3.2"),
    Sign("compiler-refused", "unsupported microsoft visual studio", r"unsupported Microsoft Visual Studio version",
         "fatal error C1189: #error: -- unsupported Microsoft Visual Studio version! Only the versions between 2017 "
         "and 2022 (inclusive) are supported!"),
    Sign("compiler-refused", "unexpected compiler version",
         r"Unexpected compiler version, expected (?P<wanted>[\w .]{1,40}?) or newer",
         "error STL1002: Unexpected compiler version, expected CUDA 12.4 or newer."),
    Sign("compiler-refused", "the maximum required version",
         r"installed version of (?P<compiler>\S{1,60}) \((?P<version>[\d.]+)\) is greater than the maximum required "
         r"version by CUDA (?P<cuda>[\d.]*\d)",
         "RuntimeError: The current installed version of g++ (12.2.0) is greater than the maximum required version "
         "by CUDA 11.7."),
    Sign("compiler-refused", "the minimum required version",
         r"installed version of (?P<compiler>\S{1,60}) \((?P<version>[\d.]+)\) is less than the minimum required "
         r"version by CUDA (?P<cuda>[\d.]*\d)",
         "RuntimeError: The current installed version of g++ (4.8.5) is less than the minimum required version by "
         "CUDA 12.1 (6.0.0)."),
    Sign("compiler-refused", "died with status", r"'?cudafe\+\+'? died",
         "nvcc error : 'cudafe++' died with status 0xC0000005 (ACCESS_VIOLATION)"),
    Sign("compiler-refused", "requires",
         r"requires? (?:gcc|g\+\+)(?: version)? ?(?:<=?|up to|lower than|older than|less than) ?(?P<newest>\d+)",
         "CUDA 10.1 requires gcc <= 8"),
    Sign("compiler-refused", "ambiguous symbol", r"error C2872: 'std': ambiguous symbol",
         "error C2872: 'std': ambiguous symbol"),
    Sign("compiler-headers-refused", "avx512", r"avx512\w*intrin\.h\(\d+\): error",
         "/usr/lib/gcc/x86_64-linux-gnu/5/include/avx512fintrin.h(9146): error: argument of type"),
    Sign("compiler-headers-refused", "internal compiler error",
         r"internal compiler error: in (?:tsubst_copy|\w+_stub|type_\w+)|\w+\.h?:?\d*:?\d*:? ?internal compiler "
         r"error: Segmentation",
         "/usr/include/c++/10/chrono:428:27: internal compiler error: in tsubst_copy, at cp/pt.c:13402"),
    Sign("compiler-headers-refused", "parameter packs not expanded",
         r"(?:(?P<header>[\w.]+\.h):?\(?\d+\)?[^!]{0,20})?error: parameter packs not expanded with",
         "/usr/include/c++/11/bits/std_function.h:435:145: error: parameter packs not expanded with '...':"),
    Sign("compiler-headers-refused", "is undefined",
         r"error: identifier \"(?P<name>_Float\d+x?|__builtin_\w+|__bf16|__is_\w+|__Float\w+|__SVFloat\w+)\" is "
         r"undefined", 'error: identifier "__builtin_ia32_ldtilecfg" is undefined'),
    Sign("compiler-headers-refused", "exception specification is incompatible",
         r"mathcalls\.h\(?:?\d+\)?: error: exception specification is incompatible",
         "/usr/include/bits/mathcalls.h(79): error: exception specification is incompatible "
         'with that of previous function "cospi"'),
    Sign("compiler-headers-refused", 'has no member "__is', r"namespace \"std\" has no member \"__\w+\"",
         'error: namespace "std" has no member "__is_nothrow_new_constructible"'),
    Sign("compiler-too-old", "abi-incompatible with pytorch",
         r"compiler \((?P<compiler>[^)]{1,60})\) may be ABI-incompatible with PyTorch",
         "Your compiler (g++ 4.8.5) may be ABI-incompatible with PyTorch!"),
    Sign("compiler-too-old", "too old version of gcc", r"too old version of GCC\. We need GCC (?P<wanted>\d+)",
         "You're trying to build PyTorch with a too old version of GCC. We need GCC 9 or later."),
    Sign("compiler-too-old", "or later compatible compiler is required",
         r"C\+\+(?P<standard>\d+) or later compatible compiler is required",
         "#error C++17 or later compatible compiler is required to use ATen."),
    Sign("compiler-too-old", "to compile pytorch", r"You need C\+\+(?P<standard>\d+) to compile PyTorch",
         "#error You need C++17 to compile PyTorch"),
    Sign("compiler-too-old", "unrecognized command line option",
         r"unrecognized command[- ]line option '?.?-std=(?P<standard>[\w+]+)",
         "cc1plus: error: unrecognized command line option '-std=c++17'"),
    Sign("compiler-too-old", "or higher",
         r"(?:GCC|gcc|g\+\+) (?:version )?(?:must be )?(?:at least )?(?P<wanted>\d+)(?:\.\d+)? or (?:higher|newer|"
         r"later)(?: is)? required", "CMake Error: GCC 9 or higher is required"),
)  # fmt: skip
