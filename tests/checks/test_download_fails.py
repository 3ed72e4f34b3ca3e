import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
        "CondaHTTPError: HTTP 000 CONNECTION FAILED for url",
        "ERROR: HTTP error 403 while getting https://download.pytorch.org/whl/cu124/torch-2.6.0.whl",
        "HTTPSConnectionPool(host='download.pytorch.org', port=443): Read timed out.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("INS054", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("install-blocked", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "INS054",
        messages=told(("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."), output=False),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(("HTTPSConnectionPool(host='huggingface.co', port=443): Read timed out."), id="a data set"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("INS054", messages=told(text))
