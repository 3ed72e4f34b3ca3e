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
            "# Half precision inference is slower than single precision on a Tesla P40\n",
            id="slower",
        ),
        pytest.param("words", "# No speed up with amp on a GTX 1070\n", id="no gain"),
        pytest.param(
            "words",
            "# nan after some hundred steps\n\nAs soon as I turn on fp16 the loss becomes nan.\n",
            id="NaN",
        ),
        pytest.param(
            "figures",
            "# autocast makes it slower\n\nWith torch.cuda.amp.autocast a step takes 0.41 s, in plain fp32 it "
            "takes 0.33 s.\n",
            id="measured",
        ),
        pytest.param(
            "figures",
            "# AMP on an A100\n\n```\nstep_time_fp32: 5.5\nstep_time_amp: 9.5\n```\n",
            id="a list of figures",
        ),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN074", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)

    assert found.cause == "amp-slower-or-nan"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "# Loss is nan from the first step\n\nMy targets contain log(0). fp32, no AMP.\n",
            id="NaN without AMP",
        ),
        pytest.param("# AMP works: 2.1x on my 3090\n", id="a gain"),
        pytest.param("# autocast\n\nfp32: 0.50 s per step, amp: 0.21 s per step\n", id="measured gain"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN074", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)


def test_stays_silent_where_pytorch_sees_no_gpu() -> None:
    messages = complaints("# Half precision inference is slower than single precision on a Tesla P40\n")

    assert not findings("RUN074", messages=messages, torch=UNKNOWN, torch_run=TorchRun(available=False))
    assert not findings(
        "RUN074", messages=messages, torch=Torch("2.4.1+cpu", cuda=None, hip=None, xpu=None), torch_run=UNKNOWN
    )
