import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "FutureWarning: The pynvml package is deprecated. Please install nvidia-ml-py instead.",
        "/sbin/ldconfig.real: /usr/lib/wsl/lib/libcuda.so.1 is not a symbolic link",
        "WARNING: Ignoring invalid distribution ~orch (/usr/lib/python3/site-packages)",
        "A matching Triton is not available, some optimizations will not be enabled.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB058", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("noise", Severity.NOTE, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB058",
        messages=told(
            ("FutureWarning: The pynvml package is deprecated. Please install nvidia-ml-py instead."), output=False
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(("FutureWarning: You are using `torch.load` with `weights_only=False`"), id="another warning"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB058", messages=told(text))
