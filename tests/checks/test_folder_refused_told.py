import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "PermissionError: [Errno 13] Permission denied: '/.cache/huggingface'",
        "OSError: [Errno 30] Read-only file system: '/home/jovyan/.triton'",
        "There was a problem when trying to write in your cache folder (/.cache/huggingface/hub).",
        "KeyError: 'getpwuid(): uid not found: 1001'",
        "OSError: [Errno 116] Stale file handle",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("SYS072", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("filesystem", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "SYS072", messages=told(("PermissionError: [Errno 13] Permission denied: '/.cache/huggingface'"), output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(("PermissionError: [Errno 13] Permission denied: '/dev/nvidia0'"), id="the device nodes of a GPU"),
        pytest.param(("PermissionError: [Errno 13] Permission denied: '/var/run/docker.sock'"), id="docker's socket"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("SYS072", messages=told(text))
