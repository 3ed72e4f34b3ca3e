import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        (
            "The detected CUDA version (11.7) has a minor version mismatch with the version that was used "
            "to compile PyTorch (11.3)."
        ),
        (
            "[WARNING] Installed CUDA version 11.6 does not match the version torch was compiled with "
            "11.7 but since the APIs are compatible, accepting this combination"
        ),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("TKT054", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("noise", Severity.NOTE, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "TKT054",
        messages=told(
            (
                "The detected CUDA version (11.7) has a minor version "
                "mismatch with the version that was used to compile PyTorch "
                "(11.3)."
            ),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            ("The detected CUDA version (12.9) mismatches the version that was used to compile PyTorch (11.8)."),
            id="another major",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("TKT054", messages=told(text))
