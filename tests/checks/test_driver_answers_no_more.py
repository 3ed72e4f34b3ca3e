import pytest

from envdoctor.facts import Message
from envdoctor.testing import findings

SIGNS = ("driver-hangs",)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_message_that_a_program_printed_proves_it(sign: str) -> None:
    [found] = findings("DRV055", messages=(Message(sign, "these very words"),))

    assert "these very words" in found.what
    assert found.cause == "driver-wedged"
    assert found.confidence == "proved"
    assert found.evidence["messages.0.text"] == "these very words"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sentence_makes_it_likely(sign: str) -> None:
    messages = (Message("noise", "x"), Message(sign, "somebody said so", output=False))

    [found] = findings("DRV055", messages=messages)

    assert found.confidence == "likely"
    assert list(found.evidence) == ["messages.1.text"]


@pytest.mark.parametrize(
    "messages", [(), *[(Message(other, "x"),) for other in ("noise", "collective-hangs", "hangs")]]
)
def test_stays_silent(messages: tuple[Message, ...]) -> None:
    assert not findings("DRV055", messages=messages)
