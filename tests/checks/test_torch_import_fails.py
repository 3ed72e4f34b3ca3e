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
