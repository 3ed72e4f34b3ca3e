import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        ("cuDNN version incompatibility: PyTorch was compiled against (8, 7, 0) but found runtime version (8, 2, 4)."),
        (
            "Could not load library libcudnn_ops_infer.so.8. Error: libcudnn_ops_infer.so.8: cannot open "
            "shared object file"
        ),
        ("Unable to load any of {libcudnn_cnn.so.9.1.0, libcudnn_cnn.so.9.1, libcudnn_cnn.so.9, libcudnn_cnn.so}"),
        "Could not locate cudnn_ops_infer64_8.dll. Please make sure it is in your library path!",
        "RuntimeError: cuDNN error: CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED",
        "Loaded runtime CuDNN library: 8.0.5 but source was compiled with: 8.1.0.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB055", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("cudnn-mismatch", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB055",
        messages=told(
            (
                "cuDNN version incompatibility: PyTorch was compiled against "
                "(8, 7, 0) but found runtime version (8, 2, 4)."
            ),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            ("RuntimeError: Unable to find a valid cuDNN algorithm to run convolution"), id="no memory for a plan"
        ),
        pytest.param("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", id="a failing kernel"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB055", messages=told(text))
