import pytest

from envdoctor.facts import Message
from envdoctor.testing import findings

OUT = Message("gpu-memory-out", "CUDA out of memory")


def test_pytorch_says_so() -> None:
    [found] = findings("RUN051", messages=(OUT,))

    assert found.cause == "oom"
    assert found.confidence == "proved"


def test_the_numbers_are_evidence() -> None:
    numbers = Message("gpu-memory-numbers", "10.76 GiB total capacity; 4.29 GiB already allocated")

    [found] = findings("RUN051", messages=(OUT, numbers))

    assert found.evidence["messages.1.text"] == numbers.text


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param((OUT, Message("memory-grows", "grows per step", output=False)), id="what grows is the program's"),
        pytest.param(
            (OUT, Message("memory-regression", "more than in 2.8", output=False)), id="a release that needs more"
        ),
        pytest.param((Message("host-memory-out", "x"),), id="main memory"),
        pytest.param((Message("gpu-memory-numbers", "x"),), id="numbers alone"),
    ],
)
def test_stays_silent(messages: tuple[Message, ...]) -> None:
    assert not findings("RUN051", messages=messages)
