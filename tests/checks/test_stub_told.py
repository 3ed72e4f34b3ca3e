import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: CUDA error: CUDA driver is a stub library",
        "INTERNAL: CUDA error: CUDA_ERROR_STUB_LIBRARY",
        ("WARNING: You should always run with libnvidia-ml.so that is installed with your NVIDIA Display Driver."),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB060", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("driver-stub-on-path", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("LIB060", messages=told("RuntimeError: CUDA error: CUDA driver is a stub library", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(("LIBRARY_PATH=/usr/local/cuda/lib64/stubs is set for the build"), id="a stub to link with"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB060", messages=told(text))


def test_names_the_path_that_leads_there() -> None:
    environment = {"LD_LIBRARY_PATH": "/usr/local/cuda/lib64/stubs"}
    [found] = findings("LIB060", messages=told("CUDA driver is a stub library"), environment=environment)

    assert "/usr/local/cuda/lib64/stubs" in found.why
