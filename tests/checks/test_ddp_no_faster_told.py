import pytest

from envdoctor.facts import Torch, TorchRun, Unknown
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints

UNKNOWN = Unknown("the text does not say")


@pytest.mark.parametrize(
    ("agrees", "text"),
    [
        pytest.param("words", "# Training time does not change when I go from 1 to 8 GPUs (DDP, NCCL)\n", id="said"),
        pytest.param("words", "# Scaling from one node to two gives nothing (FSDP, 10 GbE)\n", id="nodes"),
        pytest.param("words", "# all_reduce eats 70% of every step across two nodes\n", id="all-reduce"),
        pytest.param(
            "figures",
            "# Four V100 do not help\n\nWith torchrun (DistributedDataParallel) an epoch takes 11:40, on a "
            "single GPU it takes 11:55.\n",
            id="measured",
        ),
        pytest.param("hint", "# Four GPUs are slower than one\n", id="means not told"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN079", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)

    assert found.cause == "ddp-no-speedup"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# DDP hangs with 2 GPUs\n", id="a hang"),
        pytest.param("# DDP\n\nOne GPU: 100 img/s. Four GPUs: 390 img/s with torchrun.\n", id="a gain"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN079", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)


def test_stays_silent_where_pytorch_sees_no_gpu() -> None:
    messages = complaints("# Training time does not change when I go from 1 to 8 GPUs (DDP, NCCL)\n")

    assert not findings("RUN079", messages=messages, torch=UNKNOWN, torch_run=TorchRun(available=False))
    assert not findings(
        "RUN079", messages=messages, torch=Torch("2.4.1+cpu", cuda=None, hip=None, xpu=None), torch_run=UNKNOWN
    )
