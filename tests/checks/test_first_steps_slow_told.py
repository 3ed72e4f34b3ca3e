import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints


@pytest.mark.parametrize(
    ("agrees", "text"),
    [
        pytest.param("words", "# First batch takes 45 seconds\n", id="the first batch"),
        pytest.param("hint", "# First batch takes 8 seconds\n", id="the first batch, and not long"),
        pytest.param("words", "# Why is the first epoch slow, the second not?\n", id="the first epoch"),
        pytest.param(
            "figures",
            "# Slow start\n\nThe first iteration takes 45 s and all the following ones 0.2 s.\n",
            id="measured",
        ),
        pytest.param(
            "words",
            "# Recompiled at every length\n\n```\ntorch._dynamo hit config.recompile_limit (8)\n```\n",
            id="compiled anew",
        ),
        pytest.param("words", "# torch.compile: recompiling at every new length\n", id="every length"),
        pytest.param("words", "# Moving a tensor to the GPU takes minutes\n", id="to the GPU"),
        pytest.param("words", "# Triton kernels are compiled for minutes at each start\n", id="kernels"),
        pytest.param("figures", "# The first request needs 12 s, later ones 60 ms\n", id="figures alone"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN077", messages=complaints(text))

    assert found.cause == "cold-start-compile"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# First epoch\n\nThe first epoch takes 62 s, the second 60 s.\n", id="alike"),
        pytest.param("# torch.compile fails\n\nBackendCompilerFailed\n", id="an error"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN077", messages=complaints(text))
