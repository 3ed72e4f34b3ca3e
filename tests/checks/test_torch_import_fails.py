import pytest

from envdoctor.facts import Failure, Python, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

TORCH = Torch("2.15.0+cu132", cuda="13.2")
SOUND = Python("/x/python")


def ask(failure: Failure | None, python: Python | None | Unknown = SOUND, torch: Torch | None = TORCH) -> list[Finding]:
    return findings("TOR002", torch=torch, torch_run=TorchRun(failure=failure), python=python)


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
