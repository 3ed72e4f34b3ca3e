import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "ImportError: /lib64/libm.so.6: version `GLIBC_2.27' not found (required by libtorch_cpu.so)",
        "libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by _C.so)",
        "FATAL: kernel too old",
        "ImportError: Error relocating /usr/lib/libtorch_cpu.so: __fprintf_chk: symbol not found",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB061", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("glibc-too-old", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB061",
        messages=told(
            ("ImportError: /lib64/libm.so.6: version `GLIBC_2.27' not found (required by libtorch_cpu.so)"),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("Libc version: glibc-2.35", id="a version that is listed"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB061", messages=told(text))
