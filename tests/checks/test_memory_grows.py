import pytest

from envdoctor.facts import Message
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints

SIGNS = ("memory-grows",)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_message_that_a_program_printed_proves_it(sign: str) -> None:
    [found] = findings("RUN052", messages=(Message(sign, "these very words"),))

    assert "these very words" in found.what
    assert found.cause == "memory-leak"
    assert found.confidence == "proved"
    assert found.evidence["messages.0.text"] == "these very words"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sentence_makes_it_likely(sign: str) -> None:
    messages = (Message("noise", "x"), Message(sign, "somebody said so", output=False))

    [found] = findings("RUN052", messages=messages)

    assert found.confidence == "likely"
    assert list(found.evidence) == ["messages.1.text"]


@pytest.mark.parametrize("messages", [(), *[(Message(other, "x"),) for other in ("noise", "gpu-memory-out")]])
def test_stays_silent(messages: tuple[Message, ...]) -> None:
    assert not findings("RUN052", messages=messages)


@pytest.mark.parametrize(
    ("severity", "text"),
    [
        pytest.param("warning", "# Each iteration takes longer than the last\n", id="with the steps"),
        pytest.param(
            "note", "# A training gets slower and slower\n", id="over time: heat and other things do that too"
        ),
        pytest.param(
            "warning",
            "# Training gets slower and slower\n\n```python\nhistory.append(loss)\n```\n",
            id="over time, and a list that keeps graphs",
        ),
    ],
)
def test_steps_that_grow_longer_are_a_complaint_too(severity: str, text: str) -> None:
    [found] = findings("RUN052", messages=complaints(text))

    assert found.severity is Severity(severity)
    assert found.confidence == "likely"


def test_code_that_keeps_graphs_agrees_with_memory_that_grows() -> None:
    text = "# GPU memory grows with each batch\n\n```python\nrunning += loss\n```\n"

    [found] = findings("RUN052", messages=complaints(text))

    assert "running += loss" in found.evidence.values()


@pytest.mark.parametrize("line", ["running += loss.item()", "running += loss.detach()", "losses.append(loss.item())"])
def test_code_that_keeps_numbers_does_not(line: str) -> None:
    [found] = findings("RUN052", messages=complaints(f"# GPU memory grows\n\n```python\n{line}\n```\n"))

    assert line not in found.evidence.values()


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in ELSEWHERE.items()])
def test_stays_silent_where_nobody_complains_of_it(text: str) -> None:
    assert not findings("RUN052", messages=complaints(text))


@pytest.mark.parametrize("text", ["CUDA out of memory on the second GPU", "out of memory on the A100"])
def test_a_place_is_no_time(text: str) -> None:
    assert not findings("RUN052", messages=complaints(f"# It stops\n\n```\n{text}\n```\n"))
