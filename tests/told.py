"""For tests of checks that read messages: what a text bears, as it is found in a paste."""

import pytest

from envdoctor.facts import Message
from envdoctor.intake.signs import find


def told(text: str, *, output: bool = True) -> tuple[Message, ...]:
    """Return the messages in a text."""
    flow = " ".join(text.split())
    return tuple(
        Message(sign=place.sign, text=flow[place.start : place.end][:300], values=place.values, output=output, line=1)
        for place in find(flow)
    )


OTHERS = [
    pytest.param("RuntimeError: CUDA error: device-side assert triggered", id="an index out of range"),
    pytest.param("RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x512 and 256x10)", id="shapes differ"),
    pytest.param("RuntimeError: CUDA error: an illegal memory access was encountered", id="a kernel goes astray"),
    pytest.param("epoch 3: loss nan, accuracy 10.0 %", id="a loss of nan"),
    pytest.param("AttributeError: module 'torch' has no attribute 'float8_e4m3fn'", id="a name of a newer release"),
    pytest.param("The training with CUDA failed, and memory grows. Which library should I update?", id="general words"),
]
"""What tells none of the installation."""
