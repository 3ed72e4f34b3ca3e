import pytest

from envdoctor.facts import Host, Python
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        (
            "ERROR: Could not find a version that satisfies the requirement torch==1.13.1 (from versions: "
            "2.2.0, 2.2.1, 2.3.0)"
        ),
        (
            "error: Because torch==2.0.1 has no wheels with a matching Python ABI tag (e.g., `cp313`) and "
            "you require torch==2.0.1"
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement torch==2.5.0 (from versions: "
            "2.0.0, 2.0.1, 2.4.0, 2.4.1)"
        ),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("PYT052", messages=told(text))

    assert (found.cause, found.severity) == ("python-unsupported", Severity.ERROR)
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "PYT052",
        messages=told(
            (
                "ERROR: Could not find a version that satisfies the "
                "requirement torch==1.13.1 (from versions: 2.2.0, 2.2.1, "
                "2.3.0)"
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
            (
                "Could not find a version that satisfies the requirement "
                "torch==1.9.0+cu102 (from versions: 1.4.0, 1.11.0)"
            ),
            id="inside what is offered",
        ),
        pytest.param(
            ("Could not find a version that satisfies the requirement torch==2.3.0 (from versions: 1.7.1, 2.2.2)"),
            id="an Intel Mac's last release",
        ),
        pytest.param(
            ("Could not find a version that satisfies the requirement mkl-fft==1.3.1 (from versions: 1.3.6)"),
            id="another package",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("PYT052", messages=told(text))


NONE = "Could not find a version that satisfies the requirement torch (from versions: none)"


@pytest.mark.parametrize(
    ("text", "python", "host"),
    [
        pytest.param(NONE, "3.13.0", "linux", id="a Python whose wheels came later"),
        pytest.param(NONE, "3.5.2", "linux", id="a Python of long ago"),
        pytest.param("No matching distribution found for torch==1.13.1", "3.12.3", "linux", id="a release of long ago"),
        pytest.param("No matching distribution found for torch==1.9.0+cu111", "3.10.1", "linux", id="before the table"),
        pytest.param("No matching distribution found for torch==2.15.0", "3.9.1", "windows", id="a Python too old"),
    ],
)
def test_the_python_is_the_reason(text: str, python: str, host: str) -> None:
    assert findings("PYT052", messages=told(text), python=Python("python", version=python), host=Host(host))


@pytest.mark.parametrize(
    ("text", "python", "host"),
    [
        pytest.param(NONE, "3.9.7", Host("linux"), id="a Python that has wheels of many releases"),
        pytest.param(
            "No matching distribution found for torch==2.6.0+cu124", "3.12.3", Host("linux"), id="it has wheels"
        ),
        pytest.param(
            "No matching distribution found for torch==2.6.0",
            "3.11.2",
            Host("darwin", arch="x86_64"),
            id="an Intel Mac has none whatever the Python",
        ),
    ],
)
def test_silent_where_the_python_is_not_the_reason(text: str, python: str, host: Host) -> None:
    assert not findings("PYT052", messages=told(text), python=Python("python", version=python), host=host)
