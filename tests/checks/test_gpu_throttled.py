import pytest

from envdoctor.facts import Message
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints

SIGNS = ("throttled",)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_message_that_a_program_printed_proves_it(sign: str) -> None:
    [found] = findings("GPU060", messages=(Message(sign, "these very words"),))

    assert "these very words" in found.what
    assert found.cause == "thermal-or-power-throttle"
    assert found.confidence == "proved"
    assert found.evidence["messages.0.text"] == "these very words"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sentence_makes_it_likely(sign: str) -> None:
    messages = (Message("noise", "x"), Message(sign, "somebody said so", output=False))

    [found] = findings("GPU060", messages=messages)

    assert found.confidence == "likely"
    assert list(found.evidence) == ["messages.1.text"]


@pytest.mark.parametrize("messages", [(), *[(Message(other, "x"),) for other in ("noise", "gpu-lost")]])
def test_stays_silent(messages: tuple[Message, ...]) -> None:
    assert not findings("GPU060", messages=messages)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# Fast for two minutes, then half the speed: the card is at 87C and slow\n", id="heat"),
        pytest.param("# Training slows down, the SM clock drops to 600 MHz\n", id="clocks"),
    ],
)
def test_a_complaint_makes_it_likely(text: str) -> None:
    [found] = findings("GPU060", messages=complaints(text))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# Inference pods are throttled on big nodes\n", id="a limit on CPUs throttles too"),
        pytest.param("# One-hot encoding is slow\n", id="another hot"),
        pytest.param("# Sampling with temperature 0.7 is slow\n", id="another temperature"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent_where_nobody_complains_of_it(text: str) -> None:
    assert not findings("GPU060", messages=complaints(text))


def test_heat_is_told_beside_threads() -> None:
    text = "# Pods are slow\n\nThe pod has a limit of 2 CPUs and is slow.\n\n```\nSW Thermal Slowdown : Active\n```\n"

    assert findings("RUN076", messages=complaints(text))
    assert findings("GPU060", messages=complaints(text)), "beside threads, heat"
