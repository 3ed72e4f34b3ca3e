import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "OSError: [Errno 28] No space left on device",
        "OSError: [WinError 112] There is not enough space on the disk",
        "OSError: [Errno 122] Disk quota exceeded",
        "RuntimeError: [enforce fail at inline_container.cc:337] . unexpected pos 64 vs 0",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("SYS071", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("filesystem", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("SYS071", messages=told("OSError: [Errno 28] No space left on device", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(("OSError: [Errno 28] No space left on device: '/dev/shm/sem.1'"), id="shared memory"),
        pytest.param(("OSError: [Errno 28] No space left on device: '/torch_1234_99'"), id="a tensor in shared memory"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("SYS071", messages=told(text))


def test_while_installing_it_is_the_installation_that_is_refused() -> None:
    text = "Collecting torch Downloading torch-1.7.1-cp38-cp38-manylinux1_x86_64.whl ERROR: No space left on device"
    [found] = findings("SYS071", messages=told(text))

    assert found.cause == "install-blocked"
