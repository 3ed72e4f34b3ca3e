import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        (
            "ERROR: ld.so: object 'libtcmalloc.so.4' from LD_PRELOAD cannot be preloaded (cannot open "
            "shared object file): ignored."
        ),
        "libgomp: Invalid value for environment variable OMP_NUM_THREADS",
        "ValueError: Unknown CUDA arch (9.0a) or GPU not supported",
        (
            "RuntimeError: Deterministic behavior was enabled with either "
            "`torch.use_deterministic_algorithms(True)` or "
            "`at::Context::setDeterministicAlgorithms(true)`, but this operation is not deterministic "
            "because it uses CuBLAS and you have CUDA >= 10.2. To enable deterministic behavior in this "
            "case, you must set an environment variable before running your PyTorch application: "
            "CUBLAS_WORKSPACE_CONFIG=:4096:8"
        ),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("ENV052", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("env-variable", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "ENV052",
        messages=told(
            (
                "ERROR: ld.so: object 'libtcmalloc.so.4' from LD_PRELOAD "
                "cannot be preloaded (cannot open shared object file): "
                "ignored."
            ),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("We set OMP_NUM_THREADS and LD_PRELOAD before the run", id="a variable that is only named"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("ENV052", messages=told(text))
