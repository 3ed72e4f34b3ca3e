import pytest

from envdoctor.facts import Torch
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root.",
        "RuntimeError: flash_attn was requested, but nvcc was not found.",
        "/bin/sh: 1: :/usr/local/cuda/bin/nvcc: not found",
        "FileNotFoundError: [Errno 2] No such file or directory: '/usr/local/cuda/bin/nvcc'",
        "fatal error: cuda_runtime_api.h: No such file or directory",
        "Could NOT find CUDA (missing: CUDA_TOOLKIT_ROOT_DIR CUDA_NVCC_EXECUTABLE)",
        "NameError: name '_C' is not defined",
        "RuntimeError: Not compiled with GPU support",
        "RuntimeError: Ninja is required to load C++ extensions",
        "error: Microsoft Visual C++ 14.0 or greater is required.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("TKT052", messages=told(text))

    assert (found.cause, found.severity) == ("no-toolkit", Severity.ERROR)
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "TKT052",
        messages=told(
            ("OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root."),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("fatal error: mykernels.h: No such file or directory", id="a header of the user's"),
        pytest.param("nvcc: NVIDIA (R) Cuda compiler driver", id="nvcc is there"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("TKT052", messages=told(text))


def test_names_the_toolkit_of_this_pytorch() -> None:
    messages = told("OSError: CUDA_HOME environment variable is not set.")
    [found] = findings("TKT052", messages=messages, torch=Torch("2.6.0", cuda="12.4"))

    assert "cuda-toolkit=12.4" in found.fix.commands[0]
