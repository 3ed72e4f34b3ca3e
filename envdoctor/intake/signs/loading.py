"""Signs of libraries that do not load or do not fit together.

What the dynamic loader says is recognised here by its shape; what it means, `envdoctor.rules.loading` judges with
the knowledge of `envdoctor.rules.import_signatures`. Sources: the texts of glibc's elf/dl-*.c and of Windows' loader,
and those of PyTorch, torchvision, torchaudio, NumPy and cuDNN.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

LIBRARY = r"(?P<library>(?<![\w./~+-])[\w./~+-]{1,200}?\.(?:so|dylib)[\w.]{0,20})"
FUNDAMENTAL = (
    "Tensor|tensor|nn|cuda|device|float(?:16|32|64)?|bfloat16|long|int64|load|save|no_grad|utils|version|__version__|"
    "optim|jit|autograd|distributed|Size|Generator|FloatTensor|LongTensor|manual_seed|zeros|ones|cat|from_numpy|_C|"
    "backends|hub|is_tensor|dtype|set_num_threads|randn|rand|arange|stack"
)
"""Names that every release of PyTorch has: one that lacks them is no PyTorch."""
REQUIRED = "typing_extensions|sympy|filelock|jinja2|networkx|fsspec|mpmath|torchgen|functorch"
"""Modules that importing PyTorch itself needs."""

SIGNS: tuple[Sign, ...] = (
    # --- the dynamic loader ---
    Sign("library-not-found", "cannot open shared object", rf"{LIBRARY}: cannot open shared object",
         "ImportError: libcudart.so.11.0: cannot open shared object file: No such file or directory"),
    Sign("library-not-found", ".so",
         rf"{LIBRARY}:? (?:was not found|not found|is missing|could not be found|cannot be found|missing)\b",
         "libcudart.so.11.0 not found"),
    Sign("library-not-found", "library not loaded", r"Library not loaded: (?P<library>\S{1,200})",
         "Library not loaded: @rpath/libomp.dylib"),
    Sign("library-damaged", "file too short", rf"{LIBRARY}: file too short", "libtorch_cpu.so: file too short"),
    Sign("library-damaged", "invalid elf header", rf"{LIBRARY}: invalid ELF header", "libc10.so: invalid ELF header"),
    Sign("library-damaged", "elf load command", rf"{LIBRARY}: ELF load command[\w ]{{0,60}}",
         "libtorch_cuda.so: ELF load command past end of file"),
    Sign("symbol-undefined", "undefined symbol",
         rf"(?:{LIBRARY}: )?undefined symbol: (?P<symbol>[\w@.$]{{1,250}})"
         r"(?:,? version (?P<version>[\w.]+))?",
         "libcublas.so.11: undefined symbol: cublasLtHSHMatmulAlgoInit, version libcublasLt.so.11"),
    Sign("symbol-undefined", "not defined in file",
         rf"(?:{LIBRARY}: )?symbol (?P<symbol>\w{{1,250}}),? version (?P<version>"
         r"[\w.]{1,60}) not defined in file (?P<file>[\w.+-]{1,100})(?: with link time reference)?",
         "libcusparse.so.12: symbol __nvJitLinkAddData_12_1, version libnvJitLink.so.12 not defined in file "
         "libnvJitLink.so.12 with link time reference"),
    Sign("symbol-undefined", "symbol not found in flat namespace",
         rf"(?:{LIBRARY}[^!]{{0,40}}?)?symbol not found in flat "
         r"namespace (?P<symbol>['(]\w{1,250})",
         "_C.so, 0x0002): symbol not found in flat namespace '__ZN2at4_ops5zeros"),
    Sign("libc-too-old", "glibc_",
         rf"(?:{LIBRARY}: )?(?:version )?.{{0,2}}(?P<version>GLIBC_[\d.]+).{{0,3}} not found",
         "ImportError: /lib64/libm.so.6: version `GLIBC_2.27' not found (required by libtorch_cpu.so)"),
    Sign("libc-too-old", "kernel too old", r"FATAL: kernel too old", "FATAL: kernel too old"),
    Sign("libc-too-old", "glibc",
         r"(?:requires?|needs?|need|minimum)[^.]{0,40}\bglibc ?(?:version )?(?:>=|≥)? ?(?P<version>\d\.\d+)",
         "This wheel requires glibc >= 2.28"),
    Sign("libc-too-old", "glibc", r"\bglibc(?: version)?(?: is)? (?:too old|<|below|older than)[ \d.]{0,8}",
         "the system's glibc is too old"),
    Sign("libc-too-old", "manylinux_2_",
         r"(?:manylinux_2_\d+\w*|manylinux2014\w*)[^!]{0,120}?(?:is not compatible|not supported|your (?:platform|"
         r"system)|current platform|you're on)[^!]{0,100}?(?:manylinux_2_\d+|musllinux\w*|glibc)",
         "torch has wheels for manylinux_2_28_x86_64; you're on Linux (manylinux_2_17_x86_64)"),
    Sign("libc-too-old", "musllinux", r"you're on (?:Linux )?\(`?musllinux_\w+`?\)|platform `?musllinux_\w+",
         "hint: You're on Linux (`musllinux_1_2_x86_64`), but torch only has wheels for the following platforms"),
    Sign("libc-too-old", "error relocating", r"Error relocating \S{1,200}: (?P<symbol>\w+): symbol not found",
         "Error relocating /usr/lib/libgomp.so: __res_init: symbol not found"),
    Sign("libstdcxx-too-old", "not found",
         rf"(?:{LIBRARY}: )?(?:version )?.{{0,2}}(?P<version>(?:GLIBCXX|CXXABI)_[A-Z_]{{0,6}}[\d.]+).{{0,3}} not "
         rf"found", "libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by _C.so)"),
    Sign("executable-stack", "executable stack", r"cannot enable executable stack[^:]{0,40}",
         "libtorch_cpu.so: cannot enable executable stack as shared object requires: Invalid argument"),
    Sign("dll-fails", "winerror",
         r"\[?WinError (?P<number>126|127|1114)\]?(?:[^!]{0,200}?(?P<library>[\w.-]{1,60}\.(?:dll|pyd)))?",
         'OSError: [WinError 126] The specified module could not be found. Error loading "fbgemm.dll"'),
    Sign("dll-fails", "dll load failed",
         r"DLL load failed(?: while importing (?P<module>\w+))?(?! while)(?!:? ?(?:The operating system cannot|%1 |"
         r"The paging|.{0,12}WinError (?:1455|193)))[^.]{0,80}",
         "ImportError: DLL load failed while importing _C: The specified module could not be found."),
    Sign("dll-fails", "could not find module", r"Could not find module '(?P<library>[^']{1,200}\.dll)'",
         r"FileNotFoundError: Could not find module 'C:\x\c10.dll' (or one of its dependencies)."),
    Sign("dll-fails", "winerror 182", r"\[?WinError 182\]?[^!]{0,160}",
         'OSError: [WinError 182] The operating system cannot run %1. Error loading "torch_cpu.dll"'),
    Sign("dll-fails", "loadlibrary failed", r"LoadLibrary failed with error (?P<number>126|127)",
         "onnxruntime::ProviderLibrary::Get LoadLibrary failed with error 126"),
    Sign("dll-fails", "procedure entry point",
         r"procedure entry point[^!]{0,250}?could not be located in the dynamic link library (?P<library>\S{1,200})",
         "The procedure entry point ?matches@ could not be located in the dynamic link library "
         "C:\\x\\torchvision\\_C.pyd"),
    Sign("dll-fails", ".dll is missing",
         r"(?P<library>(?:VCRUNTIME140\w*|MSVCP140\w*|libomp140[\w.]*|VCOMP140)\.dll) is missing",
         "The program can't start because VCRUNTIME140_1.dll is missing from your computer."),
    Sign("dll-fails", "redistributable", r"Visual C\+\+ Redistributable is not installed",
         "Microsoft Visual C++ Redistributable is not installed, this may lead to the DLL load failure."),
    Sign("dll-fails", "was not found",
         r"(?P<library>(?:VCRUNTIME140(?:_1)?|MSVCP140(?:_1)?|libomp140|VCOMP140|libiomp5md)[\w.]{0,12}\.dll) (?:was|"
         r"is|could) not (?:be )?found", "VCRUNTIME140_1.dll was not found"),
    Sign("dll-fails", "or one of its dependencies",
         r"Error loading [\"']?\S{0,200}?(?P<library>[\w-]{1,40}\.dll)[\"']? or one of its dependencies",
         'Error loading "torch\\lib\\shm.dll" or one of its dependencies.'),
    # --- PyTorch itself ---
    Sign("c-extensions-not-loaded", "failed to load pytorch c extensions",
         r"Failed to load PyTorch C extensions[^!]{0,120}",
         "ImportError: Failed to load PyTorch C extensions: It appears that PyTorch has loaded the `torch/_C`"),
    Sign("c-extensions-not-loaded", "torch._c", r"No module named ['\"]torch\._C['\"]", "No module named 'torch._C'"),
    Sign("torch-file-missing", "no module named",
         r"No module named ['\"]torch\.(?P<module>_C\.\w+|_utils|_tensor|_ops|_jit_internal|version|nn|cuda|utils|"
         r"autograd|library|distributed|fx|jit|optim)(?![\w])['\"]?", "No module named 'torch.version'"),
    Sign("torch-requirement-missing", "no module named",
         rf"No module named ['\"]?(?P<module>{REQUIRED})['\"]?(?![\w])",
         "ModuleNotFoundError: No module named 'typing_extensions'"),
    Sign("torch-module-missing", "no module named", r"No module named ['\"]?torch['\"]?(?![\w.])",
         "ModuleNotFoundError: No module named 'torch'"),
    Sign("torch-module-missing", "torch",
         r"(?:PyTorch|torch) (?:is not|isn't|was not) (?:installed|found in your environment)|(?:requires|needs) the "
         r"(?:PyTorch|torch) library but it was not found",
         "ImportError: AutoModel requires the PyTorch library but it was not found in your environment."),
    Sign("torch-module-missing", "none of pytorch",
         r"None of PyTorch,? (?:TensorFlow|Flax)[^!]{0,60} (?:have|has) been found",
         "None of PyTorch, TensorFlow >= 2.0, or Flax have been found."),
    Sign("torch-is-no-torch", "module 'torch", rf"module 'torch' has no attribute '(?P<name>{FUNDAMENTAL})'",
         "AttributeError: module 'torch' has no attribute 'Tensor'"),
    Sign("torch-is-no-torch", "partially initialized module",
         r"partially initialized module '(?P<module>torch(?!vision|audio)\w*|numpy|random|typing|types|enum|logging|"
         r"queue|copy|inspect|signal|tokenize|code|statistics|cv2|platform|profile|select|string|token|socket|"
         r"operator|numbers|warnings|json|dis|ast)(?:\.[\w.]+)?'",
         "AttributeError: partially initialized module 'torch' has no attribute 'Tensor' (most likely due to a "
         "circular import)"),
    Sign("torch-is-no-torch", "consider renaming", r"consider renaming '[^']{1,200}'",
         "consider renaming '/home/ann/random.py' since it has the same name as the standard library module"),
    Sign("torch-is-no-torch", "unknown location",
         r"cannot import name '(?P<name>\w+)' from 'torch(?:\.\w+)?' \(unknown location\)",
         "ImportError: cannot import name 'Tensor' from 'torch' (unknown location)"),
    Sign("torch-is-no-torch", "from 'torch'",
         r"cannot import name '(?:Tensor|nn|cuda|optim|device)' from 'torch' \((?P<file>[^)]{1,200})\)",
         "ImportError: cannot import name 'nn' from 'torch' (/home/ann/torch.py)"),
    Sign("import-crashes", "illegal instruction", r"Illegal instruction(?: \(core dumped\))?",
         "Illegal instruction (core dumped)"),
    Sign("two-openmp", "omp: error #15", r"OMP: Error #15: Initializing (?P<library>[\w.]+)",
         "OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized."),
    Sign("two-openmp", "static tls", r"cannot allocate memory in static TLS block",
         "libgomp-d22c30c5.so.1.0.0: cannot allocate memory in static TLS block"),
    Sign("two-openmp", "mkl_threading_layer", r"MKL_THREADING_LAYER=INTEL is incompatible with libgomp",
         "Error: mkl-service + Intel(R) MKL: MKL_THREADING_LAYER=INTEL is incompatible with libgomp.so.1 library."),
    Sign("mkl-fails", "intel mkl fatal", r"I(?:ntel|NTEL) MKL FATAL ERROR: (?P<why>[^.]{1,100})",
         "INTEL MKL FATAL ERROR: Cannot load libmkl_avx2.so or libmkl_def.so"),
    # --- torchvision and torchaudio ---
    Sign("torchvision-operator-missing", "torchvision::",
         r"(?:operator|No such operator) torchvision::(?P<operator>\w+)(?: does not exist)?",
         "RuntimeError: operator torchvision::nms does not exist"),
    Sign("torchvision-operator-missing", "torchvision::",
         r"Could not run 'torchvision::(?P<operator>\w+)' with arguments from the '(?P<backend>CUDA)\w*' backend",
         "NotImplementedError: Could not run 'torchvision::nms' with arguments from the 'CUDA' backend."),
    Sign("torchvision-operator-missing", "load custom c++ ops", r"Couldn't load custom C\+\+ ops",
         "RuntimeError: Couldn't load custom C++ ops. This can happen if your PyTorch and torchvision versions are "
         "incompatible"),
    Sign("torchvision-operator-missing", "torchvision",
         r"module 'torchvision' has no attribute '(?:ops|transforms|models|datasets|extension|_is_tracing)'",
         "module 'torchvision' has no attribute 'extension'"),
    Sign("torchvision-operator-missing", "torchvision==",
         r"torchvision==(?P<version>[\d.]+) is incompatible with torch==(?P<torch>[\d.]+)",
         "WARNING torchvision==0.15 is incompatible with torch==2.1."),
    Sign("torchvision-operator-missing", "_opnamespace",
         r"'_OpNamespace' 'torchvision' object has no attribute '(?P<operator>\w+)'",
         "AttributeError: '_OpNamespace' 'torchvision' object has no attribute 'nms'"),
    Sign("torchvision-image-fails", "failed to load image python", r"Failed to load image Python extension",
         "UserWarning: Failed to load image Python extension: libjpeg.so.8: cannot open shared object file"),
    Sign("companion-cuda-differs", "compiled with different cuda",
         r"PyTorch and (?P<package>[\w-]+) were compiled with different CUDA (?:major )?versions(?:[ "
         r".(]{1,3}(?:PyTorch has CUDA Version=?)?(?P<torch>[\d.]+)[^\d!]{1,40}?(?P<built>\d[\d.]*))?",
         "Detected that PyTorch and torchvision were compiled with different CUDA major versions. PyTorch has CUDA "
         "Version=11.8 and torchvision has CUDA Version=11.7."),
    Sign("companion-requires-torch", "requires torch",
         r"(?P<package>torchvision|torchaudio|xformers|torchtext) (?P<version>[\w.+]{3,30}) requires torch "
         r"?(?P<wanted>[=<>~!]{1,2}[\w.]+)[^!]{0,40}?(?:but you have torch (?P<torch>[\w.+]+))?",
         "torchvision 0.15.2 requires torch==2.0.1, but you have torch 2.1.0 which is incompatible."),
    Sign("torchaudio-fails", "libtorchaudio",
         r"(?P<library>[_\w]*libtorchaudio[\w.]*)(?=[: ])[^.]{0,20}(?:undefined symbol|cannot open|could not|not be)|"
         r"Failed to load (?:\w+ )?libtorchaudio|Could not load this library: \S{0,200}libtorchaudio\S{0,20}",
         "OSError: Could not load this library: /x/torchaudio/lib/libtorchaudio.so"),
    Sign("torchaudio-fails", "torchaudio",
         r"module 'torchaudio' has no attribute '(?:_extension|lib)'|torchaudio\W{1,3}_extension[^!]{0,200}?"
         r"(?:WinError 127|procedure could not)", "AttributeError: module 'torchaudio' has no attribute '_extension'"),
    # --- NumPy ---
    Sign("numpy-generation", "compiled using numpy 1",
         r"compiled using NumPy 1\.x cannot be run in NumPy (?P<numpy>[\d.]*\d)?",
         "A module that was compiled using NumPy 1.x cannot be run in NumPy 2.1.3 as it may crash."),
    Sign("numpy-generation", "_array_api", r"_ARRAY_API not found", "AttributeError: _ARRAY_API not found"),
    Sign("numpy-generation", "numpy is not available", r"\bNumpy is not available",
         "RuntimeError: Numpy is not available"),
    Sign("numpy-generation", "numpy", r"numpy\.(?:_?core\.)?(?:multiarray|umath) failed to import",
         "ImportError: numpy.core.multiarray failed to import"),
    Sign("numpy-generation", "dtype size changed",
         r"numpy\.(?:dtype|ndarray|ufunc) size changed, may indicate binary incompatibility",
         "ValueError: numpy.dtype size changed, may indicate binary incompatibility."),
    Sign("numpy-generation", "version of numpy is",
         r"compiled against (?:ABI|API) version 0x\w+ but this version of numpy is 0x\w+",
         "module compiled against API version 0xe but this version of numpy is 0xd"),
    Sign("numpy-generation", "numpy._core", r"No module named ['\"]?numpy\._core\b",
         "ModuleNotFoundError: No module named 'numpy._core'"),
    Sign("numpy-generation", "got numpy.ndarray", r"expected np\.ndarray \(got numpy\.ndarray\)",
         "TypeError: expected np.ndarray (got numpy.ndarray)"),
    Sign("numpy-generation", "infer dtype of numpy", r"Could not infer dtype of numpy\.\w+",
         "RuntimeError: Could not infer dtype of numpy.float32"),
    Sign("numpy-generation", "numpy 1.x", r"compiled (?:using|with|against|for) NumPy 1\.x[^.]{0,60}NumPy 2",
         "A module compiled for NumPy 1.x cannot run with NumPy 2"),
    Sign("numpy-generation", "in the numpy 2.0 release", r"was removed in the NumPy 2\.0 release",
         "AttributeError: `np.float_` was removed in the NumPy 2.0 release. Use `np.float64` instead."),
    # --- CUDA's libraries ---
    Sign("cudnn-versions", "cudnn version",
         r"cuDNN version (?:incompatibility|mismatch)(?:: PyTorch was compiled against \(?(?P<built>[\d, .]*\d)\)? "
         r"but (?:found runtime version|linked against) \(?(?P<found>[\d, .]*\d)\)?)?",
         "cuDNN version incompatibility: PyTorch was compiled against (8, 7, 0) but found runtime version (8, 2, 4)."),
    Sign("cudnn-versions", "runtime cudnn",
         r"Loaded runtime CuDNN library: (?P<found>[\d.]*\d) but source was compiled with: (?P<built>[\d.]*\d)",
         "Loaded runtime CuDNN library: 8.0.5 but source was compiled with: 8.1.0."),
    Sign("cudnn-part-missing", "libcudnn",
         r"(?:Could not load library|Unable to load any of|Unable to locate|Failed to load|could not load dynamic "
         r"library) ['{\"]{0,2}(?P<library>libcudnn[\w.]+)",
         "Unable to load any of {libcudnn_ops.so.9.1.0, libcudnn_ops.so.9.1, libcudnn_ops.so.9, libcudnn_ops.so}"),
    Sign("cudnn-part-missing", "cudnn",
         r"(?:Could not (?:locate|load library)|Could not load dynamic library) "
         r"['\"]?(?P<library>cudnn\w*64_\d+\.dll)",
         "Could not locate cudnn_ops_infer64_8.dll. Please make sure it is in your library path!"),
    Sign("cudnn-part-missing", "sublibrary", r"CUDNN_STATUS_SUBLIBRARY_(?:VERSION_MISMATCH|LOADING_FAILED)",
         "RuntimeError: cuDNN error: CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH"),
    Sign("cudnn-part-missing", "cannot load symbol cudnn", r"Cannot load symbol (?P<symbol>cudnn\w+)",
         "Invalid handle. Cannot load symbol cudnnCreateTensorDescriptor"),
    Sign("cublas-symbol-missing", "cannot load symbol cublas", r"Cannot load symbol (?P<symbol>cublas\w+)",
         "Invalid handle. Cannot load symbol cublasLtCreate"),
    Sign("cudnn-versions", "cudnn_status_version_mismatch", r"CUDNN_STATUS_VERSION_MISMATCH",
         "CUDNN_STATUS_VERSION_MISMATCH"),
    Sign("nvrtc-part-missing", "nvrtc-builtins", r"failed to open (?P<library>(?:lib)?nvrtc-builtins[\w.-]+)",
         "nvrtc: error: failed to open libnvrtc-builtins.so.12.1."),
    Sign("cublas-refuses", "cublas_status_invalid_value",
         r"CUBLAS_STATUS_INVALID_VALUE when calling `?(?P<function>\w+)",
         "RuntimeError: CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasGemmEx("),
    Sign("convolution-crashes", "segmentation fault", r"Segmentation fault[^.]{0,30}\bconv\w*",
         "Segmentation fault in conv2d"),
    Sign("driver-stub", "stub library", r"CUDA driver is a stub library", "CUDA driver is a stub library"),
    Sign("driver-stub", "cuda_error_stub", r"CUDA_?ERROR_?STUB_?LIBRARY|cudaErrorStubLibrary",
         "CUDA_ERROR_STUB_LIBRARY"),
    Sign("driver-stub", "cudaerrorstub", r"cudaErrorStubLibrary", "cudaErrorStubLibrary"),
    Sign("driver-stub", "libnvidia-ml.so",
         r"You should always run with libnvidia-ml\.so that is installed with your NVIDIA Display Driver",
         "WARNING: You should always run with libnvidia-ml.so that is installed with your NVIDIA Display Driver. By "
         "default it's installed in /usr/lib and /usr/lib64."),
    Sign("driver-stub", "error 34", r"(?:cuInit|CUDA|cudaGetDeviceCount)[^.]{0,60}\b(?:error|code)[ :=]{0,2}\(?34\b",
         "cuInit failed with CUDA error 34"),
    Sign("driver-stub", "/stubs/",
         r"(?:loaded|found|using|=>|links? (?:to|against)|resolves? to) \S{0,120}/stubs/libcuda\.so\S{0,10}",
         "libcuda.so.1 => /usr/local/cuda/lib64/stubs/libcuda.so.1"),
)  # fmt: skip
