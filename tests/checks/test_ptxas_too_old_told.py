import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "ptxas fatal   : Value 'sm_121a' is not defined for option 'gpu-name'",
        "ptxas /tmp/x.ptx, line 5; fatal : Unsupported .version 8.7; current version is '8.4'",
        "RuntimeError: Triton only support CUDA 10.0 or higher, but got CUDA version: 12.8",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("BLD054", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("triton-or-compile", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "BLD054", messages=told(("ptxas fatal   : Value 'sm_121a' is not defined for option 'gpu-name'"), output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("nvcc fatal   : Unsupported gpu architecture 'compute_120'", id="nvcc"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("BLD054", messages=told(text))
