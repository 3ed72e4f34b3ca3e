import pytest

from envdoctor.facts import Message, Platform
from envdoctor.testing import findings

SIGNS = ("open-files", "shm-object-missing")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_message_that_a_program_printed_proves_it(sign: str) -> None:
    [found] = findings("SYS051", messages=(Message(sign, "these very words"),))

    assert "these very words" in found.what
    assert found.cause == "limits"
    assert found.confidence == "proved"
    assert found.evidence["messages.0.text"] == "these very words"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sentence_makes_it_likely(sign: str) -> None:
    messages = (Message("noise", "x"), Message(sign, "somebody said so", output=False))

    [found] = findings("SYS051", messages=messages)

    assert found.confidence == "likely"
    assert list(found.evidence) == ["messages.1.text"]


@pytest.mark.parametrize("messages", [(), *[(Message(other, "x"),) for other in ("noise", "shm-short")]])
def test_stays_silent(messages: tuple[Message, ...]) -> None:
    assert not findings("SYS051", messages=messages)


def test_in_a_container_silent_about_an_object_of_shared_memory() -> None:
    said = Message("shm-object-missing", "unable to open shared memory object")

    assert not findings("SYS051", messages=(said,), platform=Platform(container="docker"))
