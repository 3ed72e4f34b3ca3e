import pytest

from envdoctor.facts import Torch, TorchRun, Unknown
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints

UNKNOWN = Unknown("the text does not say")


@pytest.mark.parametrize(
    ("agrees", "text"),
    [
        pytest.param("words", "# cuda slower than cpu?\n\nA two layer MLP, batch size 1.\n", id="a small net"),
        pytest.param("words", "# GPU gives no advantage over CPU for my toy regression\n", id="a toy"),
        pytest.param("words", "# A net of 113 parameters trains 2.8 times faster on the CPU\n", id="faster on the CPU"),
        pytest.param(
            "figures",
            "# cuda slower than cpu\n\nOn the CPU an epoch takes 0.9 s, with `.cuda()` it takes 4 s. A tiny network.\n",
            id="measured",
        ),
        pytest.param(
            "figures",
            "# Same script: 12 s on cpu, 31 s on cuda\n\nAn LSTM with hidden size 32, one sequence per step.\n",
            id="figures beside a small net",
        ),
        pytest.param("hint", "# Same script: 12 s on cpu, 31 s on cuda\n", id="figures alone"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN073", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)

    assert found.cause == "gpu-slower-small-model"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# 40 s on cpu, 3 s on cuda\n", id="a GPU that is faster"),
        pytest.param("# torch.svd is slower on the GPU than on the CPU\n", id="an operator"),
        pytest.param("# The first call on the GPU is slower than on the CPU\n", id="the first call"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN073", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)


def test_stays_silent_where_pytorch_sees_no_gpu() -> None:
    messages = complaints("# cuda slower than cpu?\n\nA two layer MLP, batch size 1.\n")

    assert not findings("RUN073", messages=messages, torch=UNKNOWN, torch_run=TorchRun(available=False))
    assert not findings(
        "RUN073", messages=messages, torch=Torch("2.4.1+cpu", cuda=None, hip=None, xpu=None), torch_run=UNKNOWN
    )
