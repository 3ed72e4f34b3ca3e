import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: operator torchvision::nms does not exist",
        ("NotImplementedError: Could not run 'torchvision::nms' with arguments from the 'CUDA' backend."),
        (
            "RuntimeError: Couldn't load custom C++ ops. This can happen if your PyTorch and torchvision "
            "versions are incompatible"
        ),
        (
            "Detected that PyTorch and torchvision were compiled with different CUDA major versions. "
            "PyTorch has CUDA Version=12.1 and torchvision has CUDA Version=11.8."
        ),
        "ImportError: /x/torchvision/_C.so: undefined symbol: _ZNK3c1010TensorImpl36is_contiguous",
        "torchvision 0.16.0 requires torch==2.1.0, but you have torch 2.2.0 which is incompatible.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB051", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("torchvision-mismatch", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("LIB051", messages=told("RuntimeError: operator torchvision::nms does not exist", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            ("Detected that PyTorch and torchaudio were compiled with different CUDA versions"), id="torchaudio"
        ),
        pytest.param("Failed to load image Python extension: libjpeg.so.8", id="a missing image library"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB051", messages=told(text))
