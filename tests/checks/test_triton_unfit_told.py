import pytest

from envdoctor.facts import Torch
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: Cannot find a working triton installation.",
        "ImportError: cannot import name 'triton_key' from 'triton.compiler.compiler'",
        "AttributeError: module 'triton.language' has no attribute 'make_tensor_descriptor'",
        "ModuleNotFoundError: No module named 'triton.ops'",
        "torch 2.1.0 requires triton==2.1.0, but you have triton 2.0.0 which is incompatible.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("BLD055", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("triton-or-compile", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "BLD055", messages=told("RuntimeError: Cannot find a working triton installation.", output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("No module named 'tritonclient'", id="a module of that server"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("BLD055", messages=told(text))


def test_names_the_triton_of_this_pytorch() -> None:
    messages = told("RuntimeError: Cannot find a working triton installation.")
    [found] = findings("BLD055", messages=messages, torch=Torch("2.1.0", cuda="12.1"))

    assert "triton==2.1.0" in found.fix.commands[0]


def test_silent_where_a_library_can_do_without() -> None:
    text = "A matching Triton is not available, some optimizations will not be enabled. No module named 'triton'"

    assert not findings("BLD055", messages=told(text))
