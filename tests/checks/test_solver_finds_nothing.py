import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        ("UnsatisfiableError: The following specifications were found to be incompatible with each other"),
        "ResolvePackageNotFound: - cudatoolkit=11.3",
        ("PackagesNotFoundError: The following packages are not available from current channels: - pytorch-cuda=12.8"),
        (
            "ERROR: Cannot install torch==2.0.0 and torchvision==0.14.0 because these package versions "
            "have conflicting dependencies."
        ),
        "error    libmamba Could not solve for environment specs",
        "No solution found when resolving dependencies: Because vllm==0.6.0 depends on torch==2.4.0",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("INS053", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("install-blocked", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "INS053",
        messages=told(
            ("UnsatisfiableError: The following specifications were found to be incompatible with each other"),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            ("Solving environment: failed with initial frozen solve. Retrying with flexible solve."),
            id="conda tries again",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("INS053", messages=told(text))
