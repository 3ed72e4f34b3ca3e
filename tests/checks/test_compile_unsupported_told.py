import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: Windows not yet supported for torch.compile",
        "RuntimeError: Dynamo is not supported on Python 3.12+",
        ("RuntimeError: Found Tesla P100-PCIE-16GB which is too old to be supported by the triton GPU compiler"),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("BLD056", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("triton-or-compile", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "BLD056", messages=told("RuntimeError: Windows not yet supported for torch.compile", output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("torch.compile makes the model faster on Python 3.12", id="compiling in general"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("BLD056", messages=told(text))
