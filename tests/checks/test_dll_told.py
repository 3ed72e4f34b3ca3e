import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        (
            "OSError: [WinError 126] The specified module could not be found. Error loading "
            '"C:\\x\\torch\\lib\\fbgemm.dll" or one of its dependencies.'
        ),
        "ImportError: DLL load failed: The specified module could not be found.",
        (
            "FileNotFoundError: Could not find module 'C:\\x\\torch\\lib\\torch_python.dll' (or one of its "
            "dependencies)."
        ),
        ("Microsoft Visual C++ Redistributable is not installed, this may lead to the DLL load failure."),
        (
            "ImportError: DLL load failed while importing libtriton: A dynamic link library (DLL) "
            "initialization routine failed."
        ),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB059", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("windows-dll", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB059",
        messages=told(
            (
                "OSError: [WinError 126] The specified module could not be "
                'found. Error loading "C:\\x\\torch\\lib\\fbgemm.dll" or one of '
                "its dependencies."
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
            ("DLL load failed while importing flash_attn_2_cuda: The specified procedure could not be found."),
            id="an extension of another PyTorch",
        ),
        pytest.param("DLL load failed: The operating system cannot run %1.", id="32 bits"),
        pytest.param(
            ("OSError: [WinError 1455] The paging file is too small for this operation to complete"),
            id="the paging file",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB059", messages=told(text))
