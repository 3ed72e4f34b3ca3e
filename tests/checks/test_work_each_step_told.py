import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints


@pytest.mark.parametrize(
    ("agrees", "text"),
    [
        pytest.param(
            "words",
            "# Slow training\n\nI compute the validation accuracy after every batch, so a step takes 4 s.\n",
            id="evaluation",
        ),
        pytest.param(
            "words",
            "# torch.save in each iteration\n\nSaving the model in every iteration makes the training five "
            "times slower.\n",
            id="checkpoints",
        ),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN080", messages=complaints(text))

    assert found.cause == "work-each-step"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# Where do I save checkpoints?\n\nI save the model after each epoch.\n", id="once in an epoch"),
        pytest.param("# Validation accuracy is lower than training accuracy\n", id="a result"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN080", messages=complaints(text))
