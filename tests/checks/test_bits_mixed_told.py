import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "OSError: [WinError 193] %1 is not a valid Win32 application",
        "ImportError: DLL load failed: The operating system cannot run %1.",
        "ImportError: /opt/_C.so: wrong ELF class: ELFCLASS64",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("PYT053", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("python-unsupported", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "PYT053", messages=told("OSError: [WinError 193] %1 is not a valid Win32 application", output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(("OSError: [WinError 126] The specified module could not be found"), id="another number"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("PYT053", messages=told(text))
