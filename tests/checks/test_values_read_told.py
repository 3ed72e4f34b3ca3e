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
            "# Why is item() so slow?\n\nWithout loss.item() the loop is three times faster.\n",
            id="item",
        ),
        pytest.param("words", "# tensor.item() takes 90 ms\n", id="a profile"),
        pytest.param("words", "# Moving outputs to numpy is the slowest part\n", id="numpy"),
        pytest.param("words", "# 140 synchronisations in each iteration\n", id="synchronised"),
        pytest.param("words", "# Checking for NaN costs me a third of the throughput\n", id="a test for NaN"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN072", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)

    assert found.cause == "sync-each-step"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# How do I get a number out of a tensor?\n\nloss.item() works, .cpu() too.\n", id="a question"),
        pytest.param("# .numpy() fails on a CUDA tensor\n", id="an error"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN072", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)


def test_stays_silent_where_pytorch_sees_no_gpu() -> None:
    messages = complaints("# Why is item() so slow?\n\nWithout loss.item() the loop is three times faster.\n")

    assert not findings("RUN072", messages=messages, torch=UNKNOWN, torch_run=TorchRun(available=False))
    assert not findings(
        "RUN072", messages=messages, torch=Torch("2.4.1+cpu", cuda=None, hip=None, xpu=None), torch_run=UNKNOWN
    )
