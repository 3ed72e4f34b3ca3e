import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "error: externally-managed-environment",
        ("error: The interpreter at /usr is externally managed, and this environment is externally managed"),
        "error: No virtual environment found; run `uv venv` to create an environment",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("INS052", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("install-blocked", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("INS052", messages=told("error: externally-managed-environment", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("We use a managed environment in the cloud", id="a managed service"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("INS052", messages=told(text))
