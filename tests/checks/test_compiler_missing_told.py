import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: Failed to find C compiler. Please specify via CC environment variable.",
        "RuntimeError: Failed to find MSVC.",
        "RuntimeError: Compiler: cl is not found.",
        ("InvalidCxxCompiler: No working C++ compiler found in torch._inductor.config.cpp.cxx: (None, 'g++')"),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("BLD051", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("triton-or-compile", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "BLD051",
        messages=told(
            ("RuntimeError: Failed to find C compiler. Please specify via CC environment variable."), output=False
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("CMAKE_C_COMPILER: /usr/bin/gcc", id="a compiler in a list"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("BLD051", messages=told(text))
