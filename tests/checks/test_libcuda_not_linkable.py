import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "/usr/bin/ld: cannot find -lcuda: No such file or directory",
        "AssertionError: libcuda.so cannot found!",
        "LINK : fatal error LNK1181: cannot open input file 'cuda.lib'",
        "cuda_utils.c:1:10: fatal error: cuda.h: No such file or directory",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("BLD053", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("triton-or-compile", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "BLD053", messages=told("/usr/bin/ld: cannot find -lcuda: No such file or directory", output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("/usr/bin/ld: cannot find -lcudart", id="the runtime's library"),
        pytest.param("libcuda.so.1: cannot open shared object file", id="it cannot be loaded"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("BLD053", messages=told(text))
