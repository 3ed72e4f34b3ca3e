import pytest

from envdoctor.facts import Message
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints

SIGNS = ("link-narrow", "p2p-broken")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_message_that_a_program_printed_proves_it(sign: str) -> None:
    [found] = findings("GPU061", messages=(Message(sign, "these very words"),))

    assert "these very words" in found.what
    assert found.cause == "pcie-or-numa"
    assert found.confidence == "proved"
    assert found.evidence["messages.0.text"] == "these very words"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sentence_makes_it_likely(sign: str) -> None:
    messages = (Message("noise", "x"), Message(sign, "somebody said so", output=False))

    [found] = findings("GPU061", messages=messages)

    assert found.confidence == "likely"
    assert list(found.evidence) == ["messages.1.text"]


@pytest.mark.parametrize("messages", [(), *[(Message(other, "x"),) for other in ("noise", "throttled")]])
def test_stays_silent(messages: tuple[Message, ...]) -> None:
    assert not findings("GPU061", messages=messages)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# GPU in a riser: transfers take most of the time\n", id="a riser"),
        pytest.param("# Copies over Thunderbolt are slow\n", id="Thunderbolt"),
    ],
)
def test_a_complaint_makes_it_likely(text: str) -> None:
    [found] = findings("GPU061", messages=complaints(text))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# How many PCIe lanes does a 4090 need?\n", id="a question"),
        pytest.param("# eGPU is not found\n", id="an error"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent_where_nobody_complains_of_it(text: str) -> None:
    assert not findings("GPU061", messages=complaints(text))
