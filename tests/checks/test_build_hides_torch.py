import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        ("Getting requirements to build wheel did not run successfully. ModuleNotFoundError: No module named 'torch'"),
        (
            "hint: This error likely indicates that `flash-attn@2.7.4` depends on `torch`, but doesn't "
            "declare it as a build dependency."
        ),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("INS055", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("install-blocked", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "INS055",
        messages=told(
            (
                "Getting requirements to build wheel did not run "
                "successfully. ModuleNotFoundError: No module named 'torch'"
            ),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("import torch ModuleNotFoundError: No module named 'torch'", id="no build"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("INS055", messages=told(text))
