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
            "# Training crawls\n\nnvidia-smi shows 3-8% utilisation on the 3080 while htop has one core at 100 %.\n",
            id="an idle GPU beside a full CPU",
        ),
        pytest.param(
            "words",
            "# Slow epochs\n\nProfiling says most of the time is spent in `_MultiProcessingDataLoaderIter.__next__`.\n",
            id="time in the loader",
        ),
        pytest.param(
            "words",
            "# My V100 is starved\n\nReading the TIFF files from the cluster takes 700 ms per batch, the step "
            "only 90 ms.\n",
            id="a starved card",
        ),
        pytest.param(
            "words",
            "# Every new epoch begins with 40 s of nothing\n\nWindows 11, num_workers=8. The GPU does nothing "
            "until the workers are up.\n",
            id="late epochs on Windows",
        ),
        pytest.param(
            "figures",
            "# ImageNet needs days\n\nstep_time: 5.9\nload_time: 5.6\n\nThe dataset lies on a hard disk, "
            "reading the images is slow.\n",
            id="loading is most of a step",
        ),
        pytest.param("hint", "# GPU usage is about 12 %\n\nWhat can it be?\n", id="an idle GPU"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN071", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)

    assert found.cause == "loader-bound"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# GPU utilisation is 97 %, and an epoch takes an hour\n", id="a busy GPU"),
        pytest.param("# Data loading crashes with num_workers=4\n", id="a crash"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN071", messages=complaints(text), torch=UNKNOWN, torch_run=UNKNOWN)


def test_stays_silent_where_pytorch_sees_no_gpu() -> None:
    messages = complaints(
        "# Training crawls\n\nnvidia-smi shows 3-8% utilisation on the 3080 while htop has one core at 100 %.\n"
    )

    assert not findings("RUN071", messages=messages, torch=UNKNOWN, torch_run=TorchRun(available=False))
    assert not findings(
        "RUN071", messages=messages, torch=Torch("2.4.1+cpu", cuda=None, hip=None, xpu=None), torch_run=UNKNOWN
    )
