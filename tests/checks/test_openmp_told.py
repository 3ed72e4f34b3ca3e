import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized.",
        "ImportError: libgomp-d22c30c5.so.1.0.0: cannot allocate memory in static TLS block",
        ("Error: mkl-service + Intel(R) MKL: MKL_THREADING_LAYER=INTEL is incompatible with libgomp.so.1 library."),
        "INTEL MKL FATAL ERROR: Cannot load libmkl_avx2.so or libmkl_def.so",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB057", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == (
        "multiple-installs-or-shadowing",
        Severity.ERROR,
        "proved",
    )
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB057",
        messages=told(
            ("OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized."), output=False
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("OMP: Info #276: omp_set_nested routine deprecated", id="a setting of OpenMP"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB057", messages=told(text))
