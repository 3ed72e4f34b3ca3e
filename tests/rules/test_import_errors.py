import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Failure
from envdoctor.rules.import_errors import explain, recognise
from envdoctor.rules.import_signatures import SIGNATURES

EXAMPLES = [
    ("/lib64/libm.so.6: version `GLIBC_2.27' not found (required by libtorch_cpu.so)", "glibc-too-old"),
    ("ImportError: libc.so.6: version `GLIBC_2.14' not found (required by libshm.so)", "glibc-too-old"),
    ("Error relocating /x/torch/lib/libtorch_cpu.so: __memcpy_chk: symbol not found", "glibc-too-old"),
    ("Error loading shared library ld-linux-x86-64.so.2: No such file or directory", "glibc-too-old"),
    ("FATAL: kernel too old", "glibc-too-old"),
    ("libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by libtorch_python.so)", "glibc-too-old"),
    ("libstdc++.so.6: version `CXXABI_1.3.15' not found", "glibc-too-old"),
    ("ImportError: libcuda.so.1: cannot open shared object file: No such file or directory", "no-driver"),
    ("OSError: /usr/lib/libcuda.so.1: file too short", "libcuda-broken"),
    ("ValueError: libcublas.so.*[0-9] not found in the system path ['/x']", "torch-broken"),
    ("ValueError: libnvJitLink.so.*[0-9] not found in the system path ['/x']", "torch-broken"),
    ("cuDNN version incompatibility: PyTorch was compiled  against (8, 7, 0) but found runtime version (8, 2, 4)",
     "cudnn-mismatch"),
    ("cuDNN version mismatch: PyTorch was compiled against 7102 but linked against 7600", "cudnn-mismatch"),
    ("Could not load library libcudnn_ops_infer.so.8. Error: ...", "cudnn-mismatch"),
    ("Unable to load any of {libcudnn_ops.so.9.1.0, libcudnn_ops.so.9.1, libcudnn_ops.so.9}", "cudnn-mismatch"),
    ("ImportError: libcudnn.so.9: cannot open shared object file: No such file or directory", "cudnn-mismatch"),
    ("Invalid handle. Cannot load symbol cudnnGetVersion", "cudnn-mismatch"),
    ("ImportError: libtorch_cuda.so: undefined symbol: cudnnBackendFinalize, version libcudnn.so.9", "cudnn-mismatch"),
    ("ImportError: libcusparse.so.12: undefined symbol: __nvJitLinkComplete_12_4, version libnvJitLink.so.12",
     "cuda-lib-shadowing"),
    ("symbol __nvJitLinkAddData_12_1, version libnvJitLink.so.12 not defined", "cuda-lib-shadowing"),
    ("libcublas.so.11: undefined symbol: cublasLtHSHMatmulAlgoInit, version libcublasLt.so.11", "cuda-lib-shadowing"),
    ("libcublas.so.11: symbol cublasLtHSHMatmulAlgoInit, version libcublasLt.so.11 not defined in file ...",
     "cuda-lib-shadowing"),
    ("ImportError: libtorch_cuda.so: undefined symbol: ncclCommRegister", "cuda-lib-shadowing"),
    ("ImportError: libtorch_cuda.so: undefined symbol: cudaGraphInstantiateWithFlags, version libcudart.so.11.0",
     "cuda-lib-shadowing"),
    ("OSError: libcublasLt.so.11: cannot open shared object file: No such file or directory", "torch-broken"),
    ("ImportError: libcupti.so.11.7: cannot open shared object file: No such file or directory", "torch-broken"),
    ("ImportError: libcudart.so.13: cannot open shared object file: No such file or directory", "torch-broken"),
    ("libtorch_cpu.so: undefined symbol: iJIT_NotifyEvent", "multiple-installs-or-shadowing"),
    ("Intel MKL FATAL ERROR: Cannot load libmkl_avx2.so or libmkl_def.so.", "multiple-installs-or-shadowing"),
    ("OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized.",
     "multiple-installs-or-shadowing"),
    ("ImportError: /x/libgomp-d22c30c5.so.1.0.0: cannot allocate memory in static TLS block",
     "multiple-installs-or-shadowing"),
    ('OSError: [WinError 1455] The paging file is too small for this operation to complete. Error loading "caffe2.dll"',
     "paging-file"),
    ("ImportError: DLL load failed: The operating system cannot run %1.", "python-unsupported"),
    ("OSError: [WinError 193] %1 is not a valid Win32 application", "python-unsupported"),
    (r'OSError: [WinError 126] Error loading "torch\lib\fbgemm.dll" or one of its dependencies', "windows-dll"),
    ("WinError 127 Error loading caffe2.dll or one of its dependencies", "windows-dll"),
    ("[WinError 1114] A dynamic link library (DLL) initialization routine failed.", "windows-dll"),
    ("ImportError: DLL load failed while importing _C", "windows-dll"),
    (r"FileNotFoundError: Could not find module 'C:\x\c10.dll' (or one of its dependencies)", "windows-dll"),
    ("Microsoft Visual C++ Redistributable is not installed, this may lead to the DLL load failure", "windows-dll"),
    ('i < config_.size() INTERNAL ASSERT FAILED at "/__w/pytorch/pytorch/c10/core/AllocatorConfig.h":123',
     "env-variable"),
    ("RuntimeError: Unrecognized CachingAllocator option: foo", "env-variable"),
    ("ImportError: \n\nIMPORTANT: PLEASE READ THIS\n\nImporting the numpy C-extensions failed. This", "numpy-abi"),
    ("Original error was: No module named 'numpy._core._multiarray_umath'", "numpy-abi"),
    ("ValueError: \nInvalid log settings: dynamooo, must be a comma separated list of fully", "env-variable"),
    ("RuntimeError: Failed to load the backend extension: torch_npu. You can disable it", "ext-binary-mismatch"),
    ("ImportError: Error importing numpy: you should not try to import numpy from\n   its source directory",
     "multiple-installs-or-shadowing"),
    ("RuntimeError: Numpy is not available", "numpy-abi"),
    ("AttributeError: module 'numpy' has no attribute 'bool'", "numpy-abi"),
    ("AttributeError: module 'numpy' has no attribute 'ndarray'", None),
    ("Intel oneMKL FATAL ERROR: Cannot load /x/torch/lib/libtorch_cpu.so.", "filesystem"),
    ("Intel MKL FATAL ERROR: Cannot load libmkl_avx2.so or libmkl_def.so.", "multiple-installs-or-shadowing"),
    ("UnicodeEncodeError: 'utf-8' codec can't encode character '\\udcc3': surrogates not allowed", "env-variable"),
    ("ImportError: cannot import name 'AttrsDescriptor' from 'triton.compiler.compiler'", "triton-or-compile"),
    ("RuntimeError: Dynamo is not supported on Python 3.12+", "python-unsupported"),
    ("FileNotFoundError: [Errno 2] No usable temporary directory found in ['/tmp', '/x']", "filesystem"),
    ("ImportError: numpy.core.multiarray failed to import", "numpy-abi"),
    ("AttributeError: _ARRAY_API not found", "numpy-abi"),
    ("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.1.3", "numpy-abi"),
    ("RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xf", "numpy-abi"),
    ("ValueError: numpy.dtype size changed, may indicate binary incompatibility", "numpy-abi"),
    ("OSError: [Errno 28] No space left on device", "filesystem"),
    ("OSError: [Errno 30] Read-only file system: '/home/u/.cache'", "filesystem"),
    ("libtorch.so: failed to map segment from shared object: Operation not permitted", "filesystem"),
    ("OSError: [Errno 107] Transport endpoint is not connected: '/sshfs/torch'", "filesystem"),
    ("OSError: [Errno 108] Cannot send after transport endpoint shutdown", "filesystem"),
    ("PermissionError: [Errno 13] Permission denied: '/opt/env/torch/__init__.py'", "filesystem"),
    ("ImportError: libtorch_cuda.so: failed to map segment from shared object: Cannot allocate memory", "limits"),
    ("MemoryError", "limits"),
    ("OpenBLAS blas_thread_init: pthread_create failed: Resource temporarily unavailable", "limits"),
    ("OSError: [Errno 24] Too many open files: '/x'", "limits"),
    ("It appears that PyTorch has loaded the `torch/_C` folder of the PyTorch repository rather than the C extensions",
     "multiple-installs-or-shadowing"),
    ("ImportError: cannot import name 'Tensor' from partially initialized module 'torch'",
     "multiple-installs-or-shadowing"),
    ("AttributeError: module 'random' has no attribute 'Random' (consider renaming '/w/random.py' since it has ...)",
     "multiple-installs-or-shadowing"),
    ("ModuleNotFoundError: No module named '_ctypes'", "python-broken"),
    ("ModuleNotFoundError: No module named 'typing_extensions'", "torch-broken"),
    ("ModuleNotFoundError: No module named 'torch._C'", None),
    ("ImportError: cannot import name 'TypeIs' from 'typing_extensions' (/x/typing_extensions.py)", "torch-broken"),
    ("ImportError: libtorch_cpu.so: cannot enable executable stack as shared object requires: Invalid argument",
     "torch-broken"),
    ("dlopen(_C.so): mach-o file, but is an incompatible architecture (have 'arm64', need 'x86_64')", "mps-or-macos"),
    ("ImportError: libamdhip64.so.6: cannot open shared object file: No such file or directory", "rocm"),
    ("ImportError: librocm_smi64.so.7: cannot open shared object file: No such file or directory", "rocm"),
    ("ImportError: libhsa-runtime64.so.1: cannot open shared object file: No such file or directory", "rocm"),
    ("ImportError: libtorch_python.so: undefined symbol: _PyInterpreterState_Get", "torch-broken"),
    ("Symbol not found: __PyErr_ChainExceptions", "torch-broken"),
    ("ImportError: /old/libgomp.so.1: version `GOMP_5.0' not found (required by libtorch_cpu.so)",
     "multiple-installs-or-shadowing"),
    ("ImportError: libtorch_python.so: undefined symbol: _ZN3c105ErrorC1ENS_14SourceLocation",
     "multiple-installs-or-shadowing"),
    ("ImportError: libtorch_cpu.so: undefined symbol: something_else", "multiple-installs-or-shadowing"),
    ("OSError: /x/torch/lib/libtorch_global_deps.so: invalid ELF header", "torch-broken"),
    ("OSError: /x/torch/lib/libc10.so: file too short", "torch-broken"),
    ("ImportError: libopenblas.so.0: cannot open shared object file: No such file or directory", "torch-broken"),
    ("Library not loaded: @rpath/libomp.dylib", "torch-broken"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cause"), EXAMPLES, ids=[text[:70] for text, _ in EXAMPLES])
def test_recognises(text: str, cause: str | None) -> None:
    reason = recognise(text)

    assert (reason.cause if reason else None) == cause


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda signature: signature.pattern[:50])
def test_every_signature_is_the_first_that_fits_some_example(signature: object) -> None:
    firsts = [
        next((one for one in SIGNATURES if re.search(one.pattern, text, re.IGNORECASE)), None) for text, _ in EXAMPLES
    ]

    assert signature in firsts


@pytest.mark.parametrize(("text", "word"), [
    ("ModuleNotFoundError: No module named 'sympy'", "sympy"),
    ("libstdc++.so.6: version `GLIBCXX_3.4.30' not found", "GLIBCXX_3.4.30"),
    ("OSError: libcublasLt.so.11: cannot open shared object file", "libcublasLt.so.11"),
])  # fmt: skip
def test_the_reason_names_the_culprit(text: str, word: str) -> None:
    reason = recognise(text)

    assert reason is not None
    assert word in reason.why


def test_a_warning_raised_as_an_exception_is_the_doing_of_a_variable() -> None:
    failure = Failure("exception", "import torch", "UserWarning: Failed to initialize NumPy: _ARRAY_API not found")

    reason = explain(failure)

    assert reason is not None
    assert (reason.cause, reason.fix.commands) == ("env-variable", ("unset PYTHONWARNINGS",))


@pytest.mark.parametrize(("signal", "cause"), [("SIGKILL", "limits"), ("SIGILL", "torch-broken")])
def test_signals_that_tell_something(signal: str, cause: str) -> None:
    reason = explain(Failure("signal", "import torch", signal))

    assert reason is not None
    assert reason.cause == cause


def test_the_exception_counts_before_what_was_printed_on_the_way() -> None:
    printed = ("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.0.0",)
    failure = Failure("exception", "import torch", "OSError: [Errno 28] No space left on device", printed)

    reason = explain(failure)

    assert reason is not None
    assert reason.cause == "filesystem"


@pytest.mark.parametrize(
    ("kind", "detail", "lines"),
    [
        pytest.param("signal", "SIGSEGV", (), id="a crash without a word"),
        pytest.param("hang", "no end after 25 s", (), id="a hang"),
        pytest.param("exit", "exit code 0", (), id="a silent end"),
        pytest.param("exception", "ImportError: 'nobody' knows", (), id="an unknown exception"),
        pytest.param(
            "exception",
            "KeyError: 'x'",
            ('  File "/x/torch/__init__.py", line 229, in _preload_cuda_deps', "    raise ValueError(libcudnn.so.9: )"),
            id="source lines of a traceback are not what was said",
        ),
    ],
)
def test_says_nothing_exact(kind: str, detail: str, lines: tuple[str, ...]) -> None:
    assert explain(Failure(kind, "import torch", detail, lines)) is None


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    recognise(text)


AT_IMPORT = {
    "glibc_too_old": {"glibc-too-old"},
    "libstdcxx": {"glibc-too-old"},
    "ld_library_path": {"cudnn-mismatch", "cuda-lib-shadowing"},
    "cudnn_major_mismatch": {"cudnn-mismatch"},
    "cudnn_missing": {"cudnn-mismatch"},
    "broken_nvidia_wheels": {"torch-broken"},
    "windows_dll": {"windows-dll"},
    "windows_pagefile": {"paging-file"},
    "openmp_duplicate": {"multiple-installs-or-shadowing"},
    "mkl_conda": {"multiple-installs-or-shadowing"},
    "python_32bit": {"python-unsupported"},
}
ERRORS = Path(__file__).resolve().parents[3] / "shared" / "compat" / "errors.json"


@pytest.mark.skipif(not ERRORS.exists(), reason="the collection of error signatures is not beside the checkout")
def test_the_collected_messages_of_imports_are_recognised() -> None:
    rows = [row for row in json.loads(ERRORS.read_text("utf-8")) if row["cause_class"] in AT_IMPORT]

    wrong = {}
    for row in rows:
        reason = recognise(row["example"])
        if reason is None or reason.cause not in AT_IMPORT[row["cause_class"]]:
            wrong[row["id"]] = reason.cause if reason else None
    assert rows
    assert not wrong
