import pytest

from envdoctor.facts import Message
from envdoctor.testing import findings


def said(taken: str, own: str) -> Message:
    return Message("gpu-taken", "Process 4242 has …", {"pid": "4242", "taken": taken, "own": own})


def test_the_other_process_is_named() -> None:
    [found] = findings("GPU054", messages=(said("20.10 GiB", "512.00 MiB"),))

    assert found.confidence == "proved"
    assert "4242" in found.fix.text


def test_somebody_says_so() -> None:
    [found] = findings("GPU054", messages=(Message("gpu-taken", "a zombie process holds it", output=False),))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(said("300.00 MiB", "20.10 GiB"), id="the other one holds little"),
        pytest.param(Message("gpu-memory-out", "x"), id="nobody else is named"),
        pytest.param(Message("devices-busy", "x"), id="busy in another sense"),
    ],
)
def test_stays_silent(message: Message) -> None:
    assert not findings("GPU054", messages=(message,))
