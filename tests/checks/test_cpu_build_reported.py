import pytest

from envdoctor.facts import Gpu, Host, Torch
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "AssertionError: Torch not compiled with CUDA enabled",
        "RuntimeError: PyTorch is not linked with support for cuda devices",
        "RuntimeError: Cannot initialize CUDA without ATen_cuda library.",
        "torch.cuda.is_available() -> False torch.__version__ -> PyTorch version: 2.5.1+cpu",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("TOR051", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("cpu-only-build", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("TOR051", messages=told("AssertionError: Torch not compiled with CUDA enabled", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("PyTorch version: 2.5.1+cpu", id="a CPU build that nobody complains of"),
        pytest.param("torch.cuda.is_available() returns False", id="CUDA that does not start"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("TOR051", messages=told(text))


def test_a_cpu_build_beside_a_gpu() -> None:
    assert findings("TOR051", messages=told("PyTorch version: 2.5.1+cpu"), gpus=(Gpu(0, "NVIDIA GeForce RTX 4070"),))


def test_a_cuda_build_says_that_there_is_another_torch() -> None:
    torch = Torch("2.6.0+cu124", cuda="12.4")
    [found] = findings("TOR051", messages=told("AssertionError: Torch not compiled with CUDA enabled"), torch=torch)

    assert found.cause == "multiple-installs-or-shadowing"
    assert found.confidence == "likely"


def test_silent_on_a_mac() -> None:
    messages = told("AssertionError: Torch not compiled with CUDA enabled")

    assert not findings("TOR051", messages=messages, host=Host("darwin"))
