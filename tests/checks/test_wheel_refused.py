import pytest

from envdoctor.facts import Python
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        ("ERROR: torch-1.8.1+cu111-cp38-cp38-linux_x86_64.whl is not a supported wheel on this platform."),
        "ERROR: detectron2-0.6-cp37-cp37m-win_amd64.whl is not a supported wheel on this platform.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("INS057", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("install-blocked", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "INS057",
        messages=told(
            ("ERROR: torch-1.8.1+cu111-cp38-cp38-linux_x86_64.whl is not a supported wheel on this platform."),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("Successfully installed torch-2.6.0-cp312-cp312-win_amd64.whl", id="a wheel that installs"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("INS057", messages=told(text))


def test_a_wheel_for_another_python() -> None:
    text = "ERROR: torch-1.8.1-cp38-cp38-win_amd64.whl is not a supported wheel on this platform."
    [found] = findings("INS057", messages=told(text), python=Python("python", version="3.11.4"))

    assert found.cause == "python-unsupported"
    assert "this is Python 3.11.4" in found.what
