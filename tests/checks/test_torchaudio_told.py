import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "OSError: Could not load this library: /x/torchaudio/lib/libtorchaudio.so",
        "OSError: libtorchaudio.so: undefined symbol: _ZN3c104cuda20CUDACachingAllocator9allocatorE",
        (
            "Detected that PyTorch and TorchAudio were compiled with different CUDA versions. PyTorch has "
            "CUDA version 12.1 whereas TorchAudio has CUDA version 11.8."
        ),
        "torchaudio 2.1.0 requires torch==2.1.0, but you have torch 2.3.0 which is incompatible.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB052", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("torchaudio-mismatch", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB052",
        messages=told(("OSError: Could not load this library: /x/torchaudio/lib/libtorchaudio.so"), output=False),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            ("Detected that PyTorch and torchvision were compiled with different CUDA versions"), id="torchvision"
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB052", messages=told(text))
