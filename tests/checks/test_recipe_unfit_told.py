import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints


@pytest.mark.parametrize(
    ("agrees", "text"),
    [
        pytest.param(
            "words",
            "# Accuracy drops from 93 to 88 when I raise the batch size from 128 to 4096\n",
            id="a large batch",
        ),
        pytest.param(
            "words",
            "# Same code on 8 GPUs converges worse than on 1\n\nmAP drops by 4 points with 8x the batch size; "
            "lr unchanged.\n",
            id="several GPUs",
        ),
        pytest.param("words", "# Batch norm with two images: validation accuracy is much worse\n", id="batch norm"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN081", messages=complaints(text))

    assert found.cause == "recipe"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# Does a larger batch need a larger learning rate?\n", id="a question"),
        pytest.param("# I get 91.2 instead of 91.5 % accuracy\n", id="the paper's result"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN081", messages=complaints(text))
