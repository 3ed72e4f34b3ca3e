import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "A module that was compiled using NumPy 1.x cannot be run in NumPy 2.1.3 as it may crash.",
        "UserWarning: Failed to initialize NumPy: _ARRAY_API not found",
        "ValueError: numpy.dtype size changed, may indicate binary incompatibility.",
        "ImportError: numpy.core.multiarray failed to import",
        "RuntimeError: Numpy is not available",
        "AttributeError: `np.float_` was removed in the NumPy 2.0 release.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB054", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("numpy-abi", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB054",
        messages=told(
            ("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.1.3 as it may crash."), output=False
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("module 'numpy' has no attribute 'object'", id="an alias that NumPy 1.24 removed"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB054", messages=told(text))


def test_an_old_numpy_is_updated() -> None:
    messages = told("ModuleNotFoundError: No module named 'numpy._core'")
    [found] = findings("LIB054", messages=messages, packages={"numpy": "1.26.4"})

    assert '"numpy>=2"' in found.fix.commands[0]
