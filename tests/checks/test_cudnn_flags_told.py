import pytest

from envdoctor.facts import Torch, TorchRun, Unknown
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints

UNKNOWN = Unknown("the text does not say")


@pytest.mark.parametrize(
    ("agrees", "text"),
    [
        pytest.param(
            "words",
            "# Slow with variable length input\n\nWith torch.backends.cudnn.benchmark = True each step takes "
            "ten times longer.\n",
            id="benchmark",
        ),
        pytest.param(
            "words",
            "# Deterministic mode halves my training speed\n\nI set torch.backends.cudnn.deterministic = True.\n",
            id="deterministic",
        ),
        pytest.param(
            "words",
            "# RTX 3090: float32 results less precise than on a 2080\n\nDisabling "
            "torch.backends.cudnn.allow_tf32 cures it.\n",
            id="TF32",
        ),
        pytest.param("hint", "# Results on an A100 differ by 1e-3 from those on a V100\n", id="digits alone"),
        pytest.param("hint", "# Training with varying input sizes is slow\n", id="shapes alone"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN075", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)

    assert found.cause == "cudnn-benchmark-or-tf32"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# What does cudnn.benchmark do?\n", id="a question"),
        pytest.param("# Accuracy differs by 0.3 points from the paper's\n", id="a paper"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN075", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)


def test_stays_silent_where_pytorch_sees_no_gpu() -> None:
    messages = complaints(
        "# Deterministic mode halves my training speed\n\nI set torch.backends.cudnn.deterministic = True.\n"
    )

    assert not findings("RUN075", messages=messages, torch=UNKNOWN, torch_run=TorchRun(available=False))
    assert not findings(
        "RUN075", messages=messages, torch=Torch("2.4.1+cpu", cuda=None, hip=None, xpu=None), torch_run=UNKNOWN
    )
