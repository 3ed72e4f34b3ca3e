import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "torch._inductor.exc.CppCompileError: C++ compile error",
        "ld: library not found for -lomp",
        "fatal error: 'omp.h' file not found",
        "RuntimeError: Can't detect vectorized ISA for CPU",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("BLD057", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("triton-or-compile", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("BLD057", messages=told("torch._inductor.exc.CppCompileError: C++ compile error", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            ("InductorError: both a fallback and a decomp for aten.index_add.default"), id="an error of Inductor's own"
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("BLD057", messages=told(text))
