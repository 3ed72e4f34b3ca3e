import pytest

from envdoctor.facts import Failure, Python, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

TORCH = Torch("2.15.0+cu132", cuda="13.2")
SOUND = Python("/x/python")


def ask(
    failure: Failure | None,
    python: Python | None | Unknown = SOUND,
    torch: Torch | None | Unknown = TORCH,
    **environment: str,
) -> list[Finding]:
    run = TorchRun(failure=failure)
    return findings("TOR002", torch=torch, torch_run=run, python=python, environment=environment)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        pytest.param(Failure("signal", "import torch", "SIGSEGV"), "`import torch` crashes with SIGSEGV", id="crash"),
        pytest.param(Failure("hang", "import torch", "no end after 25 s"), "hangs: no end after 25 s", id="hang"),
        pytest.param(Failure("exit", "import torch", "exit code 0"), "ends the process", id="a silent exit"),
        pytest.param(Failure("exception", "import torch", "KeyError: 'x'"), "raises KeyError: 'x'", id="exception"),
        pytest.param(Failure("signal", "compute on the CPU", "SIGFPE"), "'compute on the CPU'", id="later"),
        pytest.param(Failure("signal", "NumPy", "SIGSEGV"), "'NumPy'", id="in the exchange with NumPy"),
    ],
)
def test_says_where_and_how(failure: Failure, words: str) -> None:
    [found] = ask(failure)

    assert words in found.what
    assert "2.15.0+cu132" in found.what
    assert (found.severity, found.cause) == (Severity.ERROR, "torch-broken")
    assert found.evidence["torch_run.failure.stage"] == failure.stage


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        pytest.param(
            Failure("exception", "import torch", "ImportError: libcusparse.so.12: undefined symbol: __nvJitLinkX"),
            "cuda-lib-shadowing", id="mixed CUDA libraries"),
        pytest.param(
            Failure("exception", "describe torch", "RuntimeError: cuDNN version incompatibility: PyTorch was compiled "
                    "against (8, 7, 0) but found runtime version (8, 2, 4)"), "cudnn-mismatch", id="another cuDNN"),
        pytest.param(
            Failure("signal", "import torch", "SIGABRT",
                    ('  what():  i < config_.size() INTERNAL ASSERT FAILED at "c10/core/AllocatorConfig.h":123',)),
            "env-variable", id="what an aborting program said last"),
        pytest.param(
            Failure("exit", "import torch", "exit code 3", ("OMP: Error #15: Initializing libiomp5.so",)),
            "multiple-installs-or-shadowing", id="what an exiting library said last"),
    ],
)  # fmt: skip
def test_the_culprit_is_the_cause(failure: Failure, cause: str) -> None:
    [found] = ask(failure)

    assert found.cause == cause


@pytest.mark.parametrize(
    ("torch", "variable", "cause"),
    [
        (Torch("2.13.0+cpu", cuda=None, hip=None, xpu=None), "/opt/other/torch/lib", "multiple-installs-or-shadowing"),
        (Torch("2.13.0+cpu", cuda=None, hip=None, xpu=None), "", "cudnn-mismatch"),
        (TORCH, "/opt/other/torch/lib", "cudnn-mismatch"),
    ],
)
def test_a_cpu_build_that_asks_for_cuda(torch: Torch, variable: str, cause: str) -> None:
    failure = Failure("exception", "import torch", "ImportError: libcudnn.so.9: cannot open shared object file")
    [found] = ask(failure, torch=torch, LD_LIBRARY_PATH=variable)

    assert found.cause == cause


@pytest.mark.parametrize(
    ("shadows", "cause"), [((), "numpy-abi"), (("/w/numpy.py",), "multiple-installs-or-shadowing")]
)
def test_what_is_left_of_numpy(shadows: tuple[str, ...], cause: str) -> None:
    failure = Failure("exception", "import torch", "AttributeError: module 'numpy' has no attribute 'ndarray'")
    [found] = ask(failure, Python("/x/python", shadowing=shadows))

    assert found.cause == cause


@pytest.mark.parametrize(
    ("library", "variable", "cause"),
    [
        pytest.param("/opt/old/libstdc++.so.6", "/opt/none:/opt/old/", "env-variable", id="a library of the system"),
        pytest.param("/opt/old/libcublas.so.13", "/opt/old", "cuda-lib-shadowing", id="a library of CUDA"),
        pytest.param("/opt/old/libstdc++.so.6", "/opt/older:", "torch-broken", id="elsewhere"),
        pytest.param("/opt/old/libstdc++.so.6", "", "torch-broken", id="no variable"),
        pytest.param(
            "/e/lib/python3.12/site-packages/torch/lib/libc10.so", "/e/lib/python3.12/site-packages/torch/lib",
            "torch-broken", id="a package's own folder"),
    ],
)  # fmt: skip
def test_a_damaged_library_that_a_variable_leads_to(library: str, variable: str, cause: str) -> None:
    failure = Failure("exception", "import torch", f"ImportError: {library}: invalid ELF header")
    [found] = ask(failure, LD_LIBRARY_PATH=variable)

    assert found.cause == cause
    assert ("LD_LIBRARY_PATH puts /opt/old first" in found.why) is (cause != "torch-broken")


def test_a_file_that_is_named_in_the_traceback_and_hides_a_module_is_the_cause() -> None:
    python = Python("/x/python", shadowing=("/w/random.py", "/w/dis.py"))
    failure = Failure(
        "exception", "import torch", "AttributeError: module 'torch' has no attribute 'Tensor'",
        ('  File "/w/dis.py", line 3, in <module>', "    from torch import Tensor"),
    )  # fmt: skip
    [found] = ask(failure, python)

    assert found.cause == "multiple-installs-or-shadowing"
    assert "/w/dis.py" in found.why
    assert "Rename /w/dis.py" in found.fix.text


def test_a_file_that_hides_a_module_and_has_no_part_in_it_is_left_alone() -> None:
    python = Python("/x/python", shadowing=("/w/random.py",))
    [found] = ask(Failure("exception", "import torch", "OSError: [Errno 28] No space left on device"), python)

    assert found.cause == "filesystem"


@pytest.mark.parametrize(
    ("failure", "shadows"),
    [
        pytest.param(Failure("exception", "import torch", "AttributeError: module 'numpy' has no attribute 'ndarray'"),
                     (), id="the module is named"),
        pytest.param(Failure("exception", "import torch", "ModuleNotFoundError: No module named 'numpy.core'; "
                             "'numpy' is not a package"), (), id="it is no package"),
        pytest.param(Failure("exception", "import torch", "ImportError: cannot import name 'ndarray' from 'numpy' "
                             "(/w/numpy.py)"), (), id="a name is missing"),
        pytest.param(Failure("exception", "import torch", "TypeError: 'NoneType' object is not callable"),
                     ("/w/numpy.py",), id="it was imported, and nothing else explains"),
        pytest.param(Failure("hang", "import torch", "no end after 14 s", ('File "/w/numpy.py", line 1 in <module>',)),
                     (), id="where it hangs"),
        pytest.param(Failure("exit", "import torch", "exit code 0"), (), id="the process ends without a word"),
    ],
)  # fmt: skip
def test_a_file_that_hides_a_module_is_the_cause(failure: Failure, shadows: tuple[str, ...]) -> None:
    python = Python("/x/python", shadowing=("/w/dis.py", "/w/numpy.py") if shadows else ("/w/numpy.py",))
    run = TorchRun(failure=failure, shadows=shadows)
    [found] = findings("TOR002", torch=TORCH, torch_run=run, python=python)

    assert found.cause == "multiple-installs-or-shadowing"
    assert "/w/numpy.py" in found.why


LOST = Failure(
    "exception",
    "import torch",
    "ImportError: Failed to load PyTorch C extensions:\n    It appears that PyTorch has loaded the `torch/_C` folder",
)


@pytest.mark.parametrize(
    ("path", "extensions", "cause", "words"),
    [
        pytest.param("/e/lib/python3.11/site-packages/torch", ("_C.cpython-310-x86_64-linux-gnu.so",), "torch-broken",
                     "made for Python 3.10; this is 3.11", id="another Python's"),
        pytest.param("C:\\e\\Lib\\site-packages\\torch", ("_C.cp310-win_amd64.pyd",), "torch-broken",
                     "made for Python 3.10; this is 3.11", id="another Python's on Windows"),
        pytest.param("/e/lib/python3.11/site-packages/torch", (), "torch-broken", "is missing", id="removed"),
        pytest.param("/src/pytorch/torch", (), "multiple-installs-or-shadowing", "source folder", id="the sources"),
        pytest.param("/e/lib/python3.11/site-packages/torch", Unknown("not asked"), "multiple-installs-or-shadowing",
                     "source folder", id="not known"),
    ],
)  # fmt: skip
def test_a_compiled_part_that_is_not_found(
    path: str, extensions: tuple[str, ...] | Unknown, cause: str, words: str
) -> None:
    torch = Torch("2.15.0+cu132", cuda="13.2", path=path, extensions=extensions)
    [found] = ask(LOST, Python("/x/python", version="3.11.7"), torch)

    assert (found.cause, words in found.why) == (cause, True)


def test_two_versions_explain_what_nothing_else_does() -> None:
    python = Python("/x/python", duplicates={"torch": ("2.6.0", "2.8.0")})
    [found] = ask(Failure("exception", "import torch", "ImportError: cannot import name 'x' from 'torch._C'"), python)

    assert found.cause == "multiple-installs-or-shadowing"
    assert "2.6.0, 2.8.0" in found.why


def test_a_torch_without_a_version_is_named_without_one() -> None:
    failure = Failure("exception", "describe torch", "AttributeError: module 'torch' has no attribute 'version'")
    [found] = ask(failure, torch=Torch())

    assert "(PyTorch" not in found.what
    assert "Unknown" not in found.what


def test_a_long_message_is_cut_in_the_headline_alone() -> None:
    [found] = ask(Failure("exception", "import torch", "ImportError: " + "x" * 400 + "\nmore"))

    assert len(found.what) < 320
    assert "\n" not in found.what
    assert found.evidence["torch_run.failure.detail"].endswith("more")


@pytest.mark.parametrize(
    ("torch", "run"),
    [
        pytest.param(TORCH, TorchRun(stage="end"), id="it came to an end"),
        pytest.param(
            TORCH, TorchRun(failure=Failure("hang", "CUDA init", "no end")), id="in CUDA is TOR007's business"),
        pytest.param(
            TORCH, TorchRun(failure=Failure("signal", "device 0", "SIGSEGV")), id="on a GPU is TOR007's business"),
        pytest.param(
            TORCH, TorchRun(failure=Failure("signal", "torchvision", "SIGSEGV")), id="in torchvision is LIB001's"),
        pytest.param(TORCH, TorchRun(warnings=("Failed to initialize NumPy",)), id="a warning is no failure"),
        pytest.param(None, None, id="no torch"),
        pytest.param(TORCH, None, id="no torch was run"),
    ],
)  # fmt: skip
def test_stays_silent(torch: Torch | None, run: TorchRun | None) -> None:
    assert not findings("TOR002", torch=torch, torch_run=run, python=Unknown("not asked"))


def raised(words: str) -> Failure:
    return Failure("exception", "import torch", words)


OLD_CUBLAS = raised("ImportError: libtorch_cuda.so: undefined symbol: cublasSgetrfBatched, version libcublas.so.13")
OLD_RUNTIME = raised("ImportError: /usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found")


@pytest.mark.parametrize(
    ("failure", "preload", "cause"),
    [
        pytest.param(OLD_CUBLAS, "/old/libcublas.so.13", "env-variable", id="a CUDA library"),
        pytest.param(OLD_CUBLAS, "/x/libjemalloc.so:/old/libcublas.so.13", "env-variable", id="the second of two"),
        pytest.param(OLD_RUNTIME, "/old/libstdc++.so.6", "env-variable", id="the runtime of C++"),
        pytest.param(OLD_CUBLAS, "/x/libjemalloc.so.2", "cuda-lib-shadowing", id="one that has no part in it"),
        pytest.param(OLD_CUBLAS, "", "cuda-lib-shadowing", id="nothing"),
        pytest.param(raised("OSError: [Errno 28] No space left on device: libcublas"), "/old/libcublas.so",
                     "filesystem", id="another reason that names it"),
    ],
)  # fmt: skip
def test_a_library_that_is_preloaded_is_the_variables_fault(failure: Failure, preload: str, cause: str) -> None:
    [found] = ask(failure, LD_PRELOAD=preload)

    assert found.cause == cause


@pytest.mark.parametrize(
    ("python_path", "cause"),
    [
        pytest.param("/old/site-packages", "multiple-installs-or-shadowing", id="names it"),
        pytest.param("/w:/old/site-packages/", "multiple-installs-or-shadowing", id="names it with others"),
        pytest.param("/old", "multiple-installs-or-shadowing", id="names a folder above"),
        pytest.param("/w", "torch-broken", id="names others"),
        pytest.param("", "torch-broken", id="is not set"),
    ],
)
def test_packages_of_another_python_are_the_fault_of_the_variable_that_names_them(python_path: str, cause: str) -> None:
    torch = Torch("2.0.1", path="/old/site-packages/torch", extensions=("_C.cpython-38-x86_64-linux-gnu.so",))
    failure = raised("ImportError: Failed to load PyTorch C extensions:")
    [found] = ask(failure, Python("/x/python", version="3.11.7"), torch, PYTHONPATH=python_path)

    assert found.cause == cause
    assert "3.8" in found.why


def test_what_cannot_be_looked_for_and_fails_is_said() -> None:
    [found] = ask(raised("RuntimeError: licence server not reached"), torch=Unknown("RuntimeError raised"))

    assert "licence server" in found.what
    assert found.cause == "torch-broken"


def test_a_message_that_begins_with_an_empty_line_is_said() -> None:
    [found] = ask(raised("ValueError: \n\nInvalid log settings: dynamooo, must be\na list"))

    assert "raises ValueError: Invalid log settings: dynamooo, must be (" in found.what


@pytest.mark.parametrize(
    ("path", "python", "cause"),
    [
        pytest.param("/x/lib/python3.11/site-packages/torch", SOUND, "torch-broken", id="installed, and nothing hides"),
        pytest.param("/w/torch", SOUND, "multiple-installs-or-shadowing", id="a folder of somebody's"),
        pytest.param("/x/lib/python3.11/site-packages/torch", Python("/x/python", shadowing=("/w/random.py",)),
                     "multiple-installs-or-shadowing", id="a file hides a module"),
        pytest.param("/x/lib/python3.11/site-packages/torch", None, "multiple-installs-or-shadowing", id="not known"),
    ],
)  # fmt: skip
def test_what_looks_like_a_circular_import(path: str, python: Python | None, cause: str) -> None:
    failure = raised("ImportError: cannot import name 'version' from partially initialized module 'torch' (most likely")
    [found] = ask(failure, python, Torch("2.9.1", path=path, extensions=("_C.so",)))

    assert found.cause == cause
