"""What `import torch` says when it fails, what that means, and what helps.

Sources: the public issues of PyTorch in which these messages were explained; the texts of glibc's dynamic
loader; messages that were provoked with real wheels.
"""

from __future__ import annotations

import msgspec

from envdoctor.findings import INSTALL, Fix, Risk


class Signature(msgspec.Struct, frozen=True):
    """A message, and what it means. `{it}` in the texts is what the first group of the pattern found."""

    pattern: str
    cause: str
    why: str
    fix: Fix


REINSTALL = Fix(
    "Make a new environment with the versions that fit this machine; or reinstall PyTorch in this one.",
    (INSTALL,),
    Risk.CHANGES_ENVIRONMENT,
)
UNSHADOW = Fix("Take the folder of the other copy out of LD_LIBRARY_PATH (LD_PRELOAD, PATH), or try without any.",
               ("env -u LD_LIBRARY_PATH -u LD_PRELOAD python -c 'import torch'",))  # fmt: skip
ONE_OPENMP = Fix(
    "Install everything that computes (PyTorch, NumPy, scikit-learn, OpenCV) from one source, conda or PyPI, into a "
    "new environment. Until then import torch first.",
    (INSTALL,),
    Risk.CHANGES_ENVIRONMENT,
)
RUNTIME = Fix(
    "Install the current Visual C++ Redistributable (x64), then reinstall PyTorch if that does not help.",
    ("winget install --id Microsoft.VCRedist.2015+.x64",),
    Risk.NEEDS_ROOT,
)
CUDA_LIBRARIES = (
    r"cublas(?:Lt)?|cudart|cufft|cufile|cupti|curand|cusolver|cusparse(?:Lt)?|nccl|nvJitLink|nvrtc|nvToolsExt|nvshmem"
)

SIGNATURES = (
    Signature(
        r"Error relocating|Error loading shared library ld-linux",
        "glibc-too-old",
        "The system's C library is musl, and PyTorch's wheels are made for glibc.",
        Fix("Use a system or container image with glibc (Debian, Ubuntu, Fedora)."),
    ),
    Signature(
        r"GLIBC_[\d.]+['`]? not found|kernel too old",
        "glibc-too-old",
        "The system's C library is older than this wheel needs.",
        Fix("Use a newer system or container image, or the newest PyTorch whose wheels fit this one.", (INSTALL,)),
    ),
    Signature(
        r"((?:GLIBCXX|CXXABI)_[\d.]+)['`]? not found",
        "glibc-too-old",
        "The libstdc++ that is loaded first lacks {it}: it is the system's, or one that comes before it on the "
        "library path, and older than this wheel needs.",
        Fix("Take older copies of libstdc++ off LD_LIBRARY_PATH, or install a newer one (conda: libstdcxx-ng)."),
    ),
    Signature(
        r"libcuda\.so(?:\.1)?: cannot open shared object",
        "no-driver",
        "This build of PyTorch is linked with the NVIDIA driver's libcuda, and there is none.",
        Fix("Install the NVIDIA driver, start the container with the GPU, or install a CPU build.", (INSTALL,)),
    ),
    Signature(
        r"libcuda\.so\S*: (?:file too short|invalid ELF|undefined symbol)",
        "libcuda-broken",
        "The libcuda that is found first is damaged or of another driver.",
        Fix("Reinstall the NVIDIA driver's libraries, or take the folder of that libcuda off the library path."),
    ),
    Signature(
        r"(lib\w+\.so)\.\*\[0-9\] not found in the system path",
        "torch-broken",
        "{it}, which PyTorch's wheels bring, is not there: an nvidia-* package is missing or lies elsewhere.",
        REINSTALL,
    ),
    Signature(
        r"cuDNN version (?:incompatibility|mismatch)|(?:Could not load library|Unable to load any of) \{?libcudnn"
        r"|libcudnn\S*: |CUDNN_STATUS_SUBLIBRARY|(?:Cannot load|undefined) symbol:? cudnn",
        "cudnn-mismatch",
        "Another cuDNN than the one of this PyTorch is found, or a part of it is missing.",
        UNSHADOW,
    ),
    Signature(
        r"__nvJitLink|libnvJitLink\S*: (?!cannot)",
        "cuda-lib-shadowing",
        "CUDA libraries of different releases are mixed: another nvJitLink comes first on the library path.",
        UNSHADOW,
    ),
    Signature(
        rf"lib(?:{CUDA_LIBRARIES})\S*: (?:undefined symbol|symbol \w+, version|version|no version)"
        r"|undefined symbol: (?:nccl|nvshmem|cublas|cufile|cupti|cusparse|cusolver|cufft|curand|nvrtc|cuda[A-Z])"
        r"|undefined symbol: __cuda",
        "cuda-lib-shadowing",
        "CUDA libraries of different releases are mixed: another copy comes first on the library path.",
        UNSHADOW,
    ),
    Signature(
        rf"(lib(?:{CUDA_LIBRARIES})\S*): cannot open shared object",
        "torch-broken",
        "The CUDA library {it} that PyTorch is linked with is not there: the package that brings it was removed, or "
        "another release of it was installed.",
        REINSTALL,
    ),
    Signature(
        r"MKL FATAL ERROR: Cannot load \S*libtorch_cpu",
        "filesystem",
        "MKL, a part of libtorch_cpu.so, does not find its own file any more: so it ends where the working directory "
        "was removed.",
        Fix("Change into a folder that exists.", ("cd ~",)),
    ),
    Signature(
        r"iJIT_NotifyEvent|MKL FATAL|mkl-service \+ Intel|Cannot load libmkl|undefined symbol: mkl_",
        "multiple-installs-or-shadowing",
        "An MKL of another installation does not fit this PyTorch.",
        Fix("In conda: install mkl below 2024.1, or everything from one channel.", ('conda install "mkl<2024.1"',),
            Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"OMP: Error #15|MKL_THREADING_LAYER",
        "multiple-installs-or-shadowing",
        "Two OpenMP runtimes are loaded into one process, usually by packages of conda and of PyPI side by side.",
        ONE_OPENMP,
    ),
    Signature(
        r"static TLS",
        "multiple-installs-or-shadowing",
        "A second OpenMP runtime of another package took the room that the loader keeps for such libraries.",
        ONE_OPENMP,
    ),
    Signature(
        r"WinError 1455|paging file is too small|error code: <1455>",
        "paging-file",
        "Windows could not commit the memory for PyTorch's DLLs: the paging file is too small.",
        Fix("Let Windows manage the size of the paging file, or set it to 32 GB and more; use fewer workers."),
    ),
    Signature(
        r"operating system cannot run|WinError 193\b|not a valid Win32 application",
        "python-unsupported",
        "A 32-bit program meets a 64-bit library.",
        Fix("Install a 64-bit Python and make a new environment with it.", risk=Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"WinError (?:126|127|1114)\b|DLL load failed|Could not find module '.*\.dll'|Visual C\+\+ Redistributable",
        "windows-dll",
        "A DLL that PyTorch needs does not load, usually the Visual C++ runtime.",
        RUNTIME,
    ),
    Signature(
        r"ALLOC_CONF|AllocatorConfig|ConfigTokenizer|CachingAllocator option",
        "env-variable",
        "The variable for PyTorch's memory allocator is malformed, and PyTorch stops on it.",
        Fix("Unset the variable.", ("unset PYTORCH_ALLOC_CONF PYTORCH_CUDA_ALLOC_CONF",)),
    ),
    Signature(
        r"Importing the (?:numpy C-extensions|multiarray numpy extension module) failed"
        r"|No module named 'numpy\._?core\._multiarray_umath'",
        "numpy-abi",
        "The compiled part of NumPy does not load: it is missing, damaged, or made for another Python or processor.",
        Fix("Install NumPy anew.", ("python -m pip install --force-reinstall --no-deps numpy",),
            Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"you should not try to import numpy from",
        "multiple-installs-or-shadowing",
        "Python was started in NumPy's source folder, or a folder of that name hides the installed one.",
        Fix("Start Python in another folder.", ("cd / && python -c 'import torch'",)),
    ),
    Signature(
        r"Invalid log settings|TORCH_LOGS",
        "env-variable",
        "The variable TORCH_LOGS names something that this PyTorch does not know, and PyTorch stops on it.",
        Fix("Unset the variable.", ("unset TORCH_LOGS",)),
    ),
    Signature(
        r"UnicodeEncodeError: .*surrogates not allowed",
        "env-variable",
        "The path of PyTorch has letters that are none in this locale (LC_ALL=C), and Python's UTF-8 mode is off.",
        Fix("Turn the UTF-8 mode on, or set a locale with UTF-8 (C.UTF-8).", ("export PYTHONUTF8=1",)),
    ),
    Signature(
        r"Failed to load the backend extension: (\w+)",
        "ext-binary-mismatch",
        "PyTorch loads the backends of other packages by itself, and {it}, one of them, does not load.",
        Fix("Remove or update that package; until then keep PyTorch from loading it.",
            ("export TORCH_DEVICE_BACKEND_AUTOLOAD=0",)),
    ),
    Signature(
        r"numpy\.core\.(?:multiarray|umath) failed|_ARRAY_API not found|compiled using NumPy 1"
        r"|version of numpy is 0x|numpy\.dtype size changed|Numpy is not available"
        r"|module 'numpy' has no attribute '(?:bool|int|float|complex|object|str|long)_?'",
        "numpy-abi",
        "PyTorch, or a package that it imports, and NumPy are built for different NumPy generations.",
        Fix("Install the NumPy that they were built for.", ('python -m pip install "numpy<2"',),
            Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"No space left on device|quota exceeded|Read-only file system|Permission denied|Operation not permitted"
        r"|Stale file handle|Input/output error|Transport endpoint|Remote I/O error|Structure needs cleaning"
        r"|Host is down|No usable temporary directory",
        "filesystem",
        "A file cannot be read, mapped or written: a full or read-only disk, missing rights, or a mount with noexec.",
        Fix("Make room or rights there; set TMPDIR and XDG_CACHE_HOME to a folder that can be written."),
    ),
    Signature(
        r"cannot allocate memory|MemoryError|bad_alloc|failed to map segment|Resource temporarily unavailable"
        r"|can't start new thread|Thread creation failed|Too many open files",
        "limits",
        "A limit of this process (memory, threads, open files) is too small to load PyTorch's libraries.",
        Fix("Raise the limit: see `ulimit -a`, the batch system's or the container's memory.", ("ulimit -a",)),
    ),
    Signature(
        r"loaded the `torch/_C` folder",
        "multiple-installs-or-shadowing",
        "Python was started in PyTorch's source folder and imports the sources instead of the installed package.",
        Fix("Start Python in another folder.", ("cd / && python -c 'import torch'",)),
    ),
    Signature(
        r"partially initialized module|consider renaming|circular import",
        "multiple-installs-or-shadowing",
        "A file of yours has the name of a module that PyTorch imports, and is taken instead.",
        Fix("Rename the file that the traceback shows."),
    ),
    Signature(
        r"No module named '(_ctypes|_bz2|_lzma|_sqlite3|_ssl|_hashlib|_struct|_socket|zlib|pyexpat)'",
        "python-broken",
        "This Python was built without the module {it}, because a library was missing when it was compiled.",
        Fix("Install the development packages (libffi, bzip2, xz, sqlite, openssl) and build this Python anew, or use "
            "another one.", risk=Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"No module named '(?!torch\b)([A-Za-z][\w.]*)'",
        "torch-broken",
        "PyTorch requires the package that brings the module {it}, and it is not installed.",
        Fix("Reinstall PyTorch together with what it requires (without --no-deps).", (INSTALL,),
            Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"cannot import name '\w+' from '(triton)[\w.]*'",
        "triton-or-compile",
        "The Triton that is installed belongs to another PyTorch.",
        Fix("Reinstall PyTorch with the Triton that it requires.", (INSTALL,), Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"(?:Dynamo|torch\.compile) is not supported on Python",
        "python-unsupported",
        "This PyTorch cannot compile under a Python that is newer than it.",
        Fix("Install a newer PyTorch, or make an environment with an older Python.", (INSTALL,),
            Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"cannot import name '\w+' from '((?!torch\b)[\w.]+)'",
        "torch-broken",
        "The package that brings {it} is too old for this PyTorch, or another module is taken for it.",
        Fix("Update that package, or reinstall PyTorch with what it requires.", (INSTALL,), Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"cannot enable executable stack",
        "torch-broken",
        "glibc 2.41 and newer refuse libraries that ask for an executable stack, as this older wheel does.",
        Fix("Install a newer PyTorch.", (INSTALL,), Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"incompatible architecture|was built for newer macOS|built for macOS|macOS \d+ \(\d+\) or later",
        "mps-or-macos",
        "The wheel is made for another processor or a newer macOS than this one.",
        Fix("Use a Python for this processor (no Rosetta) and a release that this macOS can run.", (INSTALL,)),
    ),
    Signature(
        r"(lib(?:roc\w+|rccl|hip\w+|hsa[-\w]*|amdhip64|amd_comgr|MIOpen|migraphx)\S*): ",
        "rocm",
        "This is a ROCm build, and {it} of ROCm is missing or of another release.",
        Fix("Install the ROCm that this build names, or a build for this machine's GPU.", (INSTALL,)),
    ),
    Signature(
        r"undefined symbol: _?(Py[A-Z_]\w+)|Symbol not found: _?_(Py[A-Z_]\w+)",
        "torch-broken",
        "Its compiled part asks Python for {it}, which this Python does not have: it is made for another one.",
        REINSTALL,
    ),
    Signature(
        r"(\S+\.so[.\d]*): version [`'][^']*' not found",
        "multiple-installs-or-shadowing",
        "{it} is found first and is of an older or another installation than PyTorch was linked with.",
        UNSHADOW,
    ),
    Signature(
        r"undefined symbol: _ZN?K?\d?(?:2at|3c10|5torch|6caffe2)|lib(?:torch\w*|c10\w*)\.so\S*: undefined symbol",
        "multiple-installs-or-shadowing",
        "Files of two builds of PyTorch are mixed: one lies over the other, or comes first on the library path.",
        Fix("Uninstall torch until nothing is left of it, take other copies off LD_LIBRARY_PATH, and install it once.",
            (INSTALL,), Risk.CHANGES_ENVIRONMENT),
    ),
    Signature(
        r"invalid ELF header|file too short|wrong ELF class|ELF load command|bad magic number|marshal data|null bytes",
        "torch-broken",
        "A file is damaged, cut short, or made for another kind of processor.",
        REINSTALL,
    ),
    Signature(
        r"([\w.+-]+\.(?:so[.\d]*|dylib)): cannot open shared object|Library not loaded: (?:@rpath/)?\S+",
        "torch-broken",
        "A library that PyTorch is linked with is not there.",
        REINSTALL,
    ),
)  # fmt: skip
