import pytest

from envdoctor.facts import Torch, TorchRun, Unknown
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints

UNKNOWN = Unknown("the text does not say")


@pytest.mark.parametrize(
    ("agrees", "text"),
    [
        pytest.param("words", "# nn.DataParallel with 4 cards: no improvement over one\n", id="said"),
        pytest.param(
            "figures",
            "# Two GPUs worse than one\n\nI wrap the net in nn.DataParallel. One GPU: 2.0 it/s. Both GPUs: 1.1 it/s.\n",
            id="measured",
        ),
        pytest.param("words", "# Four GPUs with DataParallel have very low use\n", id="idle"),
        pytest.param("hint", "# DataParallel\n\nepoch_1gpu: 49\nepoch_4gpu: 82\n", id="a list of figures"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN078", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)

    assert found.cause == "dp-slower"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# DataParallel or DDP?\n\nWhich one should I take for two cards?\n", id="a question"),
        pytest.param("# DataParallel\n\nepoch_1gpu: 49\nepoch_4gpu: 14\n", id="a gain"),
        pytest.param("# DataParallel fails: module must have its parameters on device cuda:0\n", id="an error"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN078", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)


def test_stays_silent_where_pytorch_sees_no_gpu() -> None:
    messages = complaints("# nn.DataParallel with 4 cards: no improvement over one\n")

    assert not findings("RUN078", messages=messages, torch=UNKNOWN, torch_run=TorchRun(available=False))
    assert not findings(
        "RUN078", messages=messages, torch=Torch("2.4.1+cpu", cuda=None, hip=None, xpu=None), torch_run=UNKNOWN
    )
