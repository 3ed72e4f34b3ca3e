import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "AttributeError: module 'torch' has no attribute 'Tensor'",
        (
            "AttributeError: partially initialized module 'random' has no attribute 'randint' (most "
            "likely due to a circular import)"
        ),
        "ImportError: libtorch_python.so: undefined symbol: _ZN5torch3jit6Source",
        "cannot import name 'nn' from 'torch' (/home/ann/project/torch.py)",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("TOR054", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == (
        "multiple-installs-or-shadowing",
        Severity.ERROR,
        "proved",
    )
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "TOR054", messages=told("AttributeError: module 'torch' has no attribute 'Tensor'", output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(("partially initialized module 'mymodels' has no attribute 'Net'"), id="a module of the user's"),
        pytest.param(("partially initialized module 'torchvision' has no attribute 'extension'"), id="torchvision"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("TOR054", messages=told(text))
