import pytest

from envdoctor.facts import Python
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "fatal error: Python.h: No such file or directory",
        "LINK : fatal error LNK1104: cannot open file 'python311.lib'",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("BLD052", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("triton-or-compile", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("BLD052", messages=told("fatal error: Python.h: No such file or directory", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("fatal error: mykernels.h: No such file or directory", id="another header"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("BLD052", messages=told(text))


def test_names_the_headers_of_this_python() -> None:
    messages = told("fatal error: Python.h: No such file or directory")
    [found] = findings("BLD052", messages=messages, python=Python("python", version="3.11.4"))

    assert "python3.11-dev" in found.fix.commands[0]
