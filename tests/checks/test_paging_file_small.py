import pytest

from envdoctor.facts import Host, Message
from envdoctor.testing import findings

SIGNS = ("paging-file",)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_message_that_a_program_printed_proves_it(sign: str) -> None:
    [found] = findings("SYS055", messages=(Message(sign, "these very words"),))

    assert "these very words" in found.what
    assert found.cause == "paging-file"
    assert found.confidence == "proved"
    assert found.evidence["messages.0.text"] == "these very words"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sentence_makes_it_likely(sign: str) -> None:
    messages = (Message("noise", "x"), Message(sign, "somebody said so", output=False))

    [found] = findings("SYS055", messages=messages)

    assert found.confidence == "likely"
    assert list(found.evidence) == ["messages.1.text"]


@pytest.mark.parametrize("messages", [(), *[(Message(other, "x"),) for other in ("noise", "host-memory-out")]])
def test_stays_silent(messages: tuple[Message, ...]) -> None:
    assert not findings("SYS055", messages=messages)


def test_on_windows_memory_that_is_refused_is_the_paging_files_matter() -> None:
    said = (Message("host-memory-out", "DefaultCPUAllocator: not enough memory"),)

    assert findings("SYS055", messages=said, host=Host("windows"))
    assert not findings("SYS055", messages=said, host=Host("linux"))
